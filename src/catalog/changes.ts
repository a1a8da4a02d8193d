/** What a change does; the sentence beside it is for people. */
export type ChangeKind =
  | 'create-table'
  | 'add-column'
  | 'add-computed'
  | 'drop-column'
  | 'change-type'
  | 'change-nullable'
  | 'change-default'
  | 'change-unique'
  | 'change-reference'
  | 'change-primary-key'
  | 'change-computed'
  | 'change-compute-options'
  | 'change-function-version'
  | 'change-function-source'
  | 'change-history'
  | 'change-comment'

/** One difference between a declaration and the database. */
export interface Change {
  readonly kind: ChangeKind
  readonly table: string
  readonly column?: string
  /** The sentence that `cellar schema plan` prints. */
  readonly description: string
  /** True where applying it loses stored values; it then has to be allowed. */
  readonly destructive: boolean
  /** True for what is only reported: applying does nothing about it, and it never makes a schema behind. */
  readonly informational: boolean
}

/** What `apply` would do. */
export interface Plan {
  readonly changes: readonly Change[]
  /** True when some change is destructive. */
  readonly destructive: boolean
}

export function planOf(changes: readonly Change[]): Plan {
  return { changes, destructive: changes.some((change) => change.destructive) }
}

/** Changes that applying carries out. */
export function pendingChanges(changes: readonly Change[]): readonly Change[] {
  return changes.filter((change) => !change.informational)
}

export function describeChanges(changes: readonly Change[]): string {
  return changes.map((change) => change.description).join('; ')
}
