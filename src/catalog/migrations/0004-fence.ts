import type { Migration } from '../../database/migrations.ts'

/**
 * What a statement calls that was made for a definition which is not the applied one any more. Volatile, so that it is
 * called when the statement runs and not while it is planned.
 */
export const fenceMigration: Migration = {
  id: 4,
  name: 'fence',
  sql: `
create function cellar.refuse_outdated() returns boolean language plpgsql volatile as $$
begin
  raise exception using errcode = 'UD001', message = 'the definition of the table has changed';
end
$$;
`,
}
