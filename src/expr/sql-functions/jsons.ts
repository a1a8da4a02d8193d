import type { SqlFunction } from './sql-function.ts'

const MAX_INT = Number.MAX_SAFE_INTEGER
/** From here on a decimal rounds to an infinite double; up to the second one it rounds to zero. */
const OVERFLOW = `${2n ** 1024n - 2n ** 970n}::numeric`
const UNDERFLOW = `${5n ** 1075n}e-1075::numeric`

export const JSONS: readonly SqlFunction[] = [
  {
    signature: 'json_element(x jsonb, place int4)',
    returns: 'jsonb',
    body: `case when jsonb_typeof(x) = 'array' then x -> place end`,
  },
  {
    signature: 'json_text(x jsonb)',
    returns: 'text',
    body: `case when jsonb_typeof(x) = 'string' then x #>> '{}' end`,
  },
  {
    signature: 'json_float(x jsonb)',
    returns: 'float8',
    body: `case when jsonb_typeof(x) = 'number' then
      case when abs(x::numeric) >= ${OVERFLOW} then sign(x::numeric)::float8 * 'infinity'::float8
        when abs(x::numeric) <= ${UNDERFLOW} then 0 else x::float8 end end`,
  },
  {
    signature: 'json_int(x jsonb)',
    returns: 'int8',
    body: `case when jsonb_typeof(x) = 'number' then
      case when abs(x::numeric) <= ${MAX_INT} and x::numeric = trunc(x::numeric) then x::int8 end end`,
  },
  {
    signature: 'json_bool(x jsonb)',
    returns: 'bool',
    body: `case when jsonb_typeof(x) = 'boolean' then x::bool end`,
  },
  {
    signature: 'json_length(x jsonb)',
    returns: 'int8',
    body: `case when jsonb_typeof(x) = 'array' then jsonb_array_length(x)::int8 end`,
  },
  {
    signature: 'json_merge(a jsonb, b jsonb)',
    returns: 'jsonb',
    body: `case when jsonb_typeof(a) = 'object' and jsonb_typeof(b) = 'object' then a || b end`,
  },
  {
    signature: 'json_concat(a jsonb, b jsonb)',
    returns: 'jsonb',
    body: `case when jsonb_typeof(a) = 'array' and jsonb_typeof(b) = 'array' then a || b end`,
  },
  {
    signature: 'json_has(x jsonb, name text)',
    returns: 'bool',
    body: `case when jsonb_typeof(x) = 'object' then jsonb_exists(x, name) end`,
  },
  {
    signature: 'json_is_empty(x jsonb)',
    returns: 'bool',
    body: `case when jsonb_typeof(x) in ('array', 'object') then x in ('[]', '{}') end`,
  },
]
