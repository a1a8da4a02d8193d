import type { Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { ExprNode } from '../expr/node.ts'
import { callsOf } from '../expr/walk.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { isInstalled } from '../util/is-installed.ts'

const VECTOR_TYPE = /\b(?:half)?vec(?:tor)?\b/

/** @throws OPTIONAL_DEPENDENCY_MISSING naming the first function whose package is not installed */
export function assertDependencies(specs: readonly TableSpec[]): void {
  const calls = specs.flatMap((spec) => expressionsOf(spec).flatMap(callsOf))
  for (const { definition } of calls) {
    for (const name of definition?.requires ?? []) {
      if (isInstalled(name, ...(definition?.module === undefined ? [] : [definition.module]))) continue
      const feature = `the function ${definition?.name}`
      throw new CellarError('OPTIONAL_DEPENDENCY_MISSING', { feature, package: name })
    }
  }
}

function expressionsOf(spec: TableSpec): readonly ExprNode[] {
  const defaults = Object.values(spec.columns).map((column) => column.default)
  return [
    ...Object.values(spec.computed).map(({ node }) => node),
    ...defaults.flatMap((given) => (given?.kind === 'expression' ? [given.node as ExprNode] : [])),
  ]
}

export function needsVectors(specs: readonly TableSpec[]): boolean {
  return specs.some((spec) =>
    [...Object.values(spec.columns), ...Object.values(spec.computed)].some(({ type }) =>
      VECTOR_TYPE.test(type.postgres),
    ),
  )
}

/** Installs pgvector in the database. @throws DATABASE_UNSUPPORTED when the server does not have it */
export async function ensureVectors(session: Session): Promise<void> {
  const { rows } = await session.execute<{ installed: boolean }>({
    text: `select installed_version is not null as installed from pg_available_extensions where name = 'vector'`,
  })
  if (rows[0]?.installed) return
  if (!rows[0]) {
    const fix = `install pgvector on the server (apt install postgresql-<version>-pgvector), then run create extension vector`
    throw new CellarError('DATABASE_UNSUPPORTED', { feature: 'vector columns', fix })
  }
  await session.execute({ text: 'create extension if not exists vector' })
}

/** To find what was written to a table since some moment; databases without lookups do not pay for it. */
export async function ensureLookups(tx: Session): Promise<void> {
  await tx.execute({
    text: 'create index if not exists versions_by_table on cellar.versions (table_id, xid) include (version)',
  })
}
