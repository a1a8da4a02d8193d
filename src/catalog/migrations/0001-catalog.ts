import type { Migration } from '../../database/migrations.ts'

/**
 * `cell_errors` names the cells that failed, wait or are stale; `_cells` of the row has the detail. `fills` has a row
 * for each computed column whose older rows are still being worked on; `before` is the version that defined it.
 */
export const catalogMigration: Migration = {
  id: 1,
  name: 'catalog',
  sql: `
create schema if not exists cellar;
create schema if not exists cellar_data;

create sequence cellar.version_seq;

create table cellar.tables (
  id int generated always as identity primary key,
  path text collate "C" not null unique,
  spec jsonb not null,
  schema_version bigint not null,
  created_at timestamptz(3) not null default clock_timestamp(),
  updated_at timestamptz(3) not null default clock_timestamp()
);

create table cellar.versions (
  version bigint primary key,
  xid xid8 not null default pg_current_xact_id(),
  at timestamptz(3) not null default clock_timestamp(),
  operation text not null,
  table_id int,
  actor text,
  label text
);

create table cellar.cell_errors (
  table_id int not null references cellar.tables (id) on delete cascade,
  rowid bigint not null,
  "column" text collate "C" not null,
  primary key (table_id, rowid, "column")
);
create index cell_errors_by_column on cellar.cell_errors (table_id, "column", rowid);

create table cellar.fills (
  table_id int not null references cellar.tables (id) on delete cascade,
  "column" text collate "C" not null,
  state text not null check (state in ('pending', 'stale')),
  before bigint not null,
  upto bigint not null,
  marked bigint not null default 0,
  primary key (table_id, "column")
);

create table cellar.media (
  sha256 text collate "C" primary key,
  ext text not null,
  mime text not null,
  bytes bigint not null,
  facts jsonb not null default '{}',
  last_seen timestamptz not null default clock_timestamp()
);

create table cellar.jobs (
  id uuid primary key,
  kind text not null,
  route text,
  prefix text,
  principal text,
  payload jsonb not null,
  state text not null,
  result jsonb,
  error jsonb,
  progress real not null default 0,
  attempts int not null default 0,
  created_at timestamptz(3) not null default clock_timestamp(),
  started_at timestamptz(3),
  finished_at timestamptz(3),
  heartbeat_at timestamptz(3)
);
create index jobs_by_age on cellar.jobs (created_at desc, id desc);
create index jobs_finished on cellar.jobs (finished_at) where finished_at is not null;
`,
}
