import type { Session } from '../database/database.ts'
import type { AnyTable } from '../schema/table.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import type { Plan } from './changes.ts'
import type { FillState } from './diff-table.ts'
import type { DefinitionOptions } from './locking.ts'

/** A table as it is applied in the database. */
export interface CatalogTable {
  readonly id: number
  readonly spec: TableSpec
  /** Grows with every change of the definition. */
  readonly schemaVersion: number
  /** Ready to stand in a statement. */
  readonly sql: {
    /** Qualified and quoted; so is `history`. */
    readonly table: string
    readonly history: string
    /**
     * True while this definition is the applied one; else evaluating it raises what `isOutdated` knows. A statement
     * that carries it and takes a lock on the table cannot write under an old definition.
     */
    readonly fence: string
    /** The same where statements see an old state of the database: a definition that is newer than that is a conflict. */
    readonly fenceInSnapshot: string
  }
  /** Computed columns whose stored rows are still being filled: pending cells, not yet NOT NULL. */
  readonly filling: ReadonlySet<string>
  /** Computed columns whose older rows may not all be marked yet, and what they are to be marked as. */
  readonly marking: ReadonlyMap<string, FillState>
}

/** A computed column that has to be filled for the rows that were there before it. */
export interface PendingFill {
  readonly tableId: number
  readonly path: string
  readonly column: string
  /** `stale` cells keep their value and only have to be marked; `pending` ones have to be computed. */
  readonly state: FillState
}

export interface ApplyOptions extends DefinitionOptions {
  /** Lets changes through that lose stored values. @default false */
  readonly allowDestructive?: boolean
  readonly actor?: string
}

export interface AppliedDefinition extends Plan {
  /** The version of this operation; the newest one of the database when there was nothing to do. */
  readonly version: number
  /** Work of the second phase, earlier unfinished work included. */
  readonly pending: readonly PendingFill[]
}

export type Declaration = AnyTable | TableSpec

export interface ResolveOptions {
  /** The columns that the caller needs; only they have to be as declared when the database has moved on. */
  readonly columns?: Iterable<string>
  /** The open transaction to read in, when there is one. */
  readonly session?: Session
}

/** The persisted definitions of a database. */
export interface Catalog {
  /**
   * The applied table of a declaration; cached until a definition changes.
   *
   * @throws TABLE_NOT_FOUND when it was never applied or was dropped
   * @throws SCHEMA_BEHIND when the declaration has changes that are not applied
   * @throws SCHEMA_CHANGED when a declared column has gone or become another one since this process first used it
   */
  resolve(table: Declaration, options?: ResolveOptions): Promise<CatalogTable>
  /** @throws TABLE_NOT_FOUND */
  get(path: string): Promise<CatalogTable>
  list(): Promise<readonly CatalogTable[]>
  /** Changes when cached definitions are forgotten: while it is the same, so are the tables that `resolve` gives. */
  readonly revision: number
  /** Forgets what is cached; called by itself when any process changes a definition. */
  invalidate(): void
  plan(declarations: readonly unknown[]): Promise<Plan>
  /** The first phase of `apply`: all of it happened, or nothing. Applying twice is applying once. */
  applyDefinition(declarations: readonly unknown[], options?: ApplyOptions): Promise<AppliedDefinition>
  drop(path: string): Promise<void>
  close(): Promise<void>
}
