import type { Migration } from '../../database/migrations.ts'
import { catalogMigration } from './0001-catalog.ts'

/** Every migration of the catalog, in order. Released ones never change; what they lack is another migration. */
export const MIGRATIONS: readonly Migration[] = [catalogMigration]
