import type { Job } from '../jobs/job.ts'

/** A row in its JSON form, as HTTP sends it; media are their cell text. */
export type JsonRow = Readonly<Record<string, unknown>>

export interface ColumnDescription {
  readonly name: string
  /** As it is declared, for instance `string` or `vector(3)`. */
  readonly type: string
  readonly nullable: boolean
  readonly primaryKey: boolean
  readonly unique: boolean
  readonly default?: string
  /** Of a computed column: what it is computed from, and how. */
  readonly computed?: {
    readonly expression: string
    readonly mode: 'eager' | 'deferred'
    readonly onError: 'abort' | 'store'
  }
  readonly comment?: string
}

export interface TableDescription {
  readonly path: string
  readonly columns: readonly ColumnDescription[]
  readonly rows: number
  /** Cells that failed, and cells that wait to be computed. */
  readonly cells: { readonly failed: number; readonly pending: number }
  readonly history: boolean | { readonly keep: string }
  readonly comment?: string
}

export interface CellErrorDescription {
  readonly table: string
  readonly rowid: string
  readonly key: JsonRow
  readonly column: string
  readonly state: string
  readonly code: string | null
  readonly message: string | null
  readonly attempts: number
}

export interface Finding {
  readonly check: string
  readonly ok: boolean
  readonly detail: string
}

/** Looks into an open database by path and text; what the command line and other tools are made of. */
export interface Inspector {
  describe(path: string): Promise<TableDescription>
  rows(
    path: string,
    options?: { readonly limit?: number; readonly offset?: number; readonly columns?: readonly string[] },
  ): Promise<JsonRow[]>
  /** The row with the given primary key, each part in its text form. */
  row(path: string, key: readonly string[]): Promise<JsonRow | undefined>
  count(path: string): Promise<number>
  cellErrors(options?: { readonly path?: string; readonly limit?: number }): Promise<CellErrorDescription[]>
  jobs(options?: { readonly state?: Job['state']; readonly limit?: number }): Promise<readonly Job[]>
  job(id: string): Promise<Job | undefined>
  cancelJob(id: string): Promise<Job | undefined>
  retryJob(id: string): Promise<Job | undefined>
  doctor(): Promise<Finding[]>
}
