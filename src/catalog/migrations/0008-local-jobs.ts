import type { Migration } from '../../database/migrations.ts'

/** What looks for local jobs whose process died, every few seconds, reads none but those. */
export const localJobsMigration: Migration = {
  id: 8,
  name: 'local-jobs',
  sql: `
create index jobs_local on cellar.jobs (heartbeat_at) where kind = 'local' and state = 'running';
`,
}
