import type { Migration } from '../../database/migrations.ts'

/** Values of the whole database that are no declaration, such as the key of signed media URLs. */
export const settingsMigration: Migration = {
  id: 2,
  name: 'settings',
  sql: `
create table cellar.settings (
  name text collate "C" primary key,
  value text not null
);
`,
}
