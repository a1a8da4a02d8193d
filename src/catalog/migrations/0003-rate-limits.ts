import type { Migration } from '../../database/migrations.ts'

/**
 * The buckets of rate limits: `full_at` is when (in milliseconds) the bucket would be full again, `granted` what the
 * last process took. Unlogged: taking tokens waits for no disk, and after a crash limits begin anew.
 */
export const rateLimitsMigration: Migration = {
  id: 3,
  name: 'rate limits',
  sql: `
create unlogged table cellar.rate_limits (
  key text collate "C" primary key,
  full_at float8 not null,
  granted int not null
);
`,
}
