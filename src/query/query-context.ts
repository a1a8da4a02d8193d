import type { Catalog } from '../catalog/catalog.ts'
import type { Engine } from '../compute/engine.ts'
import type { Database, Session, Statement } from '../database/database.ts'
import type { ExprNode } from '../expr/node.ts'

/** What queries are run with. */
export interface QueryContext {
  readonly database: Database
  readonly catalog: Catalog
  readonly engine: Engine
  /** The open transaction of `cellar.transaction`. */
  readonly session?: Session
  readonly observer?: QueryObserver
}

/** Is told what is done for a query; statements before they run. */
export interface QueryObserver {
  statement(statement: Statement): Promise<void>
  javascript(nodes: readonly ExprNode[], rows: number, milliseconds: number): void
}
