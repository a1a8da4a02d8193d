import type { Migration } from '../../database/migrations.ts'

/**
 * How long a finished job is kept (null: as long as by default) and whether its end is told to a webhook; what counts
 * waiting jobs of routes needs not read those that ended.
 */
export const jobPoliciesMigration: Migration = {
  id: 7,
  name: 'job-policies',
  sql: `
alter table cellar.jobs add column keep interval, add column webhook boolean not null default false;
create index jobs_waiting on cellar.jobs (prefix, principal) where state = 'queued' and kind = 'route';
`,
}
