import { types } from '../../types/kinds.ts'
import { sql } from '../../util/sql.ts'
import { type Operation, strict } from './operation.ts'

/** RFC 9562 says what these mean for UUIDs of its variant only. */
const hasVariant = (uuid: string) => '89ab'.includes(uuid[19] as string)

export const UUID_OPERATIONS = {
  'uuid.hex': strict({
    type: types.string,
    sql: (a) => sql`(replace(${a}::text, '-', '') collate "C")`,
    js: (a: string) => a.replaceAll('-', ''),
  }),
  'uuid.version': strict({
    type: types.int,
    nulls: 'always',
    sql: (a) => sql`cellar.uuid_version(${a})`,
    js: (a: string) => (hasVariant(a) ? Number.parseInt(a[14] as string, 16) : null),
  }),
  /** When a UUID of version 7 was made. */
  'uuid.timestamp': strict({
    type: types.timestamp,
    nulls: 'always',
    sql: null,
    js: (a: string) =>
      hasVariant(a) && a[14] === '7' ? new Date(Number.parseInt(a.slice(0, 8) + a.slice(9, 13), 16)) : null,
  }),
} satisfies Record<string, Operation>
