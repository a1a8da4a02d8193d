import type { Database, Session, Subscription } from '../database/database.ts'
import { runMigrations } from '../database/migrations.ts'
import { CellarError } from '../errors/cellar-error.ts'
import type { TableSpec } from '../schema/table-spec.ts'
import { isTable, specOfTable } from '../schema/table-value.ts'
import { applyDefinition, planDefinition } from './apply-definition.ts'
import type { ApplyOptions, Catalog, CatalogTable, Declaration, ResolveOptions } from './catalog.ts'
import { dropTable } from './drop-table.ts'
import { ensureExpressionFunctions } from './expression-functions.ts'
import { SCHEMA_CHANNEL } from './locking.ts'
import { MIGRATIONS } from './migrations/all.ts'
import { assertColumns, resolveSpec } from './resolve-table.ts'
import { linkedSpec, loadTable, loadTables, type StoredTable } from './stored-table.ts'
import { historySql, tableSql } from './table-names.ts'

/** Brings the catalog schema up to date and listens for changes of definitions. */
export async function openCatalog(database: Database): Promise<Catalog> {
  await runMigrations(database, MIGRATIONS)
  await ensureExpressionFunctions(database)
  const catalog = new CachedCatalog(database)
  await catalog.listen()
  return catalog
}

class CachedCatalog implements Catalog {
  readonly #database: Database
  #stored = new Map<string, Promise<StoredTable>>()
  #resolved = new Map<TableSpec, Promise<CatalogTable>>()
  /** Declarations that once agreed with the database. */
  readonly #matched = new WeakSet<TableSpec>()
  #subscription: Subscription | undefined
  #revision = 0

  constructor(database: Database) {
    this.#database = database
  }

  async listen(): Promise<void> {
    this.#subscription = await this.#database.listen(SCHEMA_CHANNEL, () => this.invalidate())
  }

  resolve(declaration: Declaration, options?: ResolveOptions): Promise<CatalogTable> {
    const spec = isTable(declaration) ? specOfTable(declaration) : declaration
    if (options?.columns) return this.#resolveSome(spec, options.columns, options.session)
    return remember(this.#resolved, spec, () => this.#resolve(spec, options?.session))
  }

  async #resolve(spec: TableSpec, session?: Session): Promise<CatalogTable> {
    const stored = await this.#load(spec.path, session)
    const table = catalogTable(stored, resolveSpec(stored, spec, this.#matched.has(spec)))
    this.#matched.add(spec)
    return table
  }

  async #resolveSome(spec: TableSpec, columns: Iterable<string>, session?: Session): Promise<CatalogTable> {
    if (!this.#matched.has(spec)) return this.resolve(spec, session ? { session } : {})
    const stored = await this.#load(spec.path, session)
    assertColumns(stored.applied.spec, spec, columns)
    return this.resolve(spec).catch(() => catalogTable(stored, stored.applied.spec))
  }

  async get(path: string): Promise<CatalogTable> {
    const stored = await this.#load(path)
    return catalogTable(stored, linkedSpec(stored.json).spec)
  }

  async list(): Promise<readonly CatalogTable[]> {
    const tables = await loadTables(this.#database)
    return [...tables.values()].map((stored) => catalogTable(stored, stored.applied.spec))
  }

  get revision(): number {
    return this.#revision
  }

  invalidate(): void {
    this.#revision += 1
    this.#stored = new Map()
    this.#resolved = new Map()
  }

  plan(declarations: readonly unknown[]) {
    return planDefinition(this.#database, declarations)
  }

  async applyDefinition(declarations: readonly unknown[], options?: ApplyOptions) {
    try {
      return await applyDefinition(this.#database, declarations, options)
    } finally {
      this.invalidate()
    }
  }

  async drop(path: string): Promise<void> {
    try {
      await dropTable(this.#database, path)
    } finally {
      this.invalidate()
    }
  }

  async close(): Promise<void> {
    await this.#subscription?.close()
  }

  #load(path: string, session: Session = this.#database): Promise<StoredTable> {
    return remember(this.#stored, path, async () => {
      const stored = await loadTable(session, path)
      if (!stored) throw new CellarError('TABLE_NOT_FOUND', { table: path })
      return stored
    })
  }
}

/** One load for all who ask at once; a failed one is not remembered. */
function remember<K, V>(cache: Map<K, Promise<V>>, key: K, load: () => Promise<V>): Promise<V> {
  const known = cache.get(key)
  if (known) return known
  const loading = load()
  cache.set(key, loading)
  loading.catch(() => cache.get(key) === loading && cache.delete(key))
  return loading
}

/**
 * Evaluated by a statement that has locked the table, with what was committed until then; a change of the definition
 * holds the table from before it reads anything until it is committed.
 */
function fenceSql(id: number, schemaVersion: number, lock = ''): string {
  const current = `exists (select from cellar.tables where id = ${id} and schema_version = ${schemaVersion}${lock})`
  return `(case when ${current} then true else cellar.refuse_outdated() end)`
}

function catalogTable(stored: StoredTable, spec: TableSpec): CatalogTable {
  const { id, path, schemaVersion, fills, marking } = stored
  const filling = new Set([...fills].filter(([, state]) => state === 'pending').map(([name]) => name))
  return Object.freeze({
    id,
    spec,
    schemaVersion,
    sql: Object.freeze({
      table: tableSql(path),
      history: historySql(path),
      fence: fenceSql(id, schemaVersion),
      fenceInSnapshot: fenceSql(id, schemaVersion, ' for share'),
    }),
    filling,
    marking,
  })
}
