import type { Migration } from '../../database/migrations.ts'

/** Answers to writes that came with an `Idempotency-Key`, committed with what they wrote. */
export const idempotencyMigration: Migration = {
  id: 6,
  name: 'idempotency',
  sql: `
create table cellar.idempotency (
  route text not null,
  principal text not null,
  key text collate "C" not null,
  request bytea not null,
  status int not null,
  result jsonb,
  headers jsonb,
  created_at timestamptz not null default clock_timestamp(),
  primary key (route, principal, key)
);
create index idempotency_by_age on cellar.idempotency (created_at);
`,
}
