import type { Migration } from '../../database/migrations.ts'
import { catalogMigration } from './0001-catalog.ts'
import { settingsMigration } from './0002-settings.ts'
import { rateLimitsMigration } from './0003-rate-limits.ts'
import { fenceMigration } from './0004-fence.ts'
import { jobNeedsMigration } from './0005-job-needs.ts'
import { idempotencyMigration } from './0006-idempotency.ts'
import { jobPoliciesMigration } from './0007-job-policies.ts'
import { localJobsMigration } from './0008-local-jobs.ts'

/** Every migration of the catalog, in order. Released ones never change; what they lack is another migration. */
export const MIGRATIONS: readonly Migration[] = [
  catalogMigration,
  settingsMigration,
  rateLimitsMigration,
  fenceMigration,
  jobNeedsMigration,
  idempotencyMigration,
  jobPoliciesMigration,
  localJobsMigration,
]
