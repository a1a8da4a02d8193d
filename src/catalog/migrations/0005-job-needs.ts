import type { Migration } from '../../database/migrations.ts'

/** Functions that a process has to have to run a job, as `name@version`; null where any process will do. */
export const jobNeedsMigration: Migration = {
  id: 5,
  name: 'job-needs',
  sql: 'alter table cellar.jobs add column need text[]',
}
