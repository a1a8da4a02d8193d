import type { Database, Session } from '../database/database.ts'
import { CellarError } from '../errors/cellar-error.ts'
import { collectDeclarations } from '../schema/declarations.ts'
import { lookupColumns } from '../schema/lookups.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { specOfTable } from '../schema/table-value.ts'
import { canonicalJson } from '../util/canonical-json.ts'
import type { AppliedDefinition, ApplyOptions } from './catalog.ts'
import { describeChanges, type Plan, pendingChanges, planOf } from './changes.ts'
import { diffTable } from './diff-table.ts'
import { pendingFills, startFills } from './fills.ts'
import { changeDefinitions, notifySchema } from './locking.ts'
import { assertReferences } from './references.ts'
import { assertDependencies, ensureLookups, ensureVectors, needsVectors } from './requirements.ts'
import { loadTables, persistedSpec, type StoredTable } from './stored-table.ts'
import { runDefinition, type ShapedTable, shapeTable, type TableWork } from './table-work.ts'
import { newestVersion, recordVersion } from './versions.ts'

/** What applying the declarations would change. */
export async function planDefinition(session: Session, declarations: readonly unknown[]): Promise<Plan> {
  const specs = collectDeclarations(declarations).map(specOfTable)
  const stored = await loadTables(session)
  return planOf(specs.flatMap((spec) => diffTable(stored.get(spec.path)?.applied, spec).changes))
}

/** The first phase of `apply`: one transaction, in which everything is checked before anything is changed. */
export async function applyDefinition(
  database: Database,
  declarations: readonly unknown[],
  options: ApplyOptions = {},
): Promise<AppliedDefinition> {
  // Sorted, so that two processes lock the tables they share in one order.
  const specs = collectDeclarations(declarations).map(specOfTable).sort(byPath)
  assertDependencies(specs)
  return changeDefinitions(database, (tx) => applyInTransaction(tx, specs, options), options)
}

async function applyInTransaction(
  tx: Session,
  specs: readonly TableSpec[],
  options: ApplyOptions,
): Promise<AppliedDefinition> {
  const known = await loadTables(tx)
  assertReferences(specs, new Map([...known].map(([path, { applied }]) => [path, applied.spec])))
  const works = specs.map((spec) => tableWork(spec, known.get(spec.path)))
  const plan = planOf(works.flatMap(({ diff }) => diff.changes))
  assertAllowed(plan, options)
  const changed = works.filter(({ diff }) => pendingChanges(diff.changes).length > 0)
  for (const work of works) if (!changed.includes(work)) await refreshSpec(tx, work)
  const version = changed.length > 0 ? await carryOut(tx, changed, options) : await newestVersion(tx)
  const paths = new Set(specs.map(({ path }) => path))
  const pending = (await pendingFills(tx)).filter(({ path }) => paths.has(path))
  return { ...plan, version, pending }
}

function tableWork(spec: TableSpec, stored: StoredTable | undefined): TableWork {
  return { spec, stored, diff: diffTable(stored?.applied, spec) }
}

function assertAllowed(plan: Plan, { allowDestructive = false }: ApplyOptions): void {
  const destructive = plan.changes.filter((change) => change.destructive)
  if (destructive.length === 0 || allowDestructive) return
  throw new CellarError('SCHEMA_DESTRUCTIVE', { changes: describeChanges(destructive) })
}

async function carryOut(tx: Session, works: readonly TableWork[], options: ApplyOptions): Promise<number> {
  if (needsVectors(works.map(({ spec }) => spec))) await ensureVectors(tx)
  if (works.some(({ spec }) => lookupColumns(spec).length > 0)) await ensureLookups(tx)
  const shaped: ShapedTable[] = []
  for (const work of works) shaped.push(await shapeTable(tx, work))
  for (const { spec, references } of shaped) await runDefinition(tx, spec.path, references)
  // Drawn while the tables are locked: rows written under the old definition have smaller versions.
  const version = await recordVersion(tx, { operation: 'apply', actor: options.actor })
  for (const table of shaped) {
    const id = await saveSpec(tx, table, version)
    await startFills(tx, { id, table, version })
    await notifySchema(tx, table.spec.path)
  }
  return version
}

async function saveSpec(tx: Session, { spec }: TableWork, version: number): Promise<number> {
  const { rows } = await tx.execute<{ id: number }>({
    text: `insert into cellar.tables (path, spec, schema_version) values ($1, $2::jsonb, $3)
      on conflict (path) do update set spec = excluded.spec, schema_version = excluded.schema_version,
        updated_at = clock_timestamp()
      returning id`,
    values: [spec.path, JSON.stringify(persistedSpec(spec)), version],
  })
  return rows[0]?.id ?? 0
}

/** Keeps what is stored true where nothing changed that anybody could feel: sources of functions, order of columns. */
async function refreshSpec(tx: Session, { spec, stored }: TableWork): Promise<void> {
  const json = persistedSpec(spec)
  if (!stored || canonicalJson(json) === canonicalJson(stored.json)) return
  await tx.execute({
    text: 'update cellar.tables set spec = $2::jsonb where id = $1',
    values: [stored.id, JSON.stringify(json)],
  })
}

const byPath = (a: TableSpec, b: TableSpec) => (a.path < b.path ? -1 : 1)
