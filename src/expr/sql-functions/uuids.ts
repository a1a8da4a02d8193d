import type { SqlFunction } from './sql-function.ts'

export const UUIDS: readonly SqlFunction[] = [
  {
    signature: 'uuid_version(x uuid)',
    returns: 'int8',
    body: `case when substr(x::text, 20, 1) in ('8', '9', 'a', 'b')
      then strpos('0123456789abcdef', substr(x::text, 15, 1))::int8 - 1 end`,
  },
]
