import type { SqlFunction } from './sql-function.ts'

const MAX_INT = Number.MAX_SAFE_INTEGER

export const INTS: readonly SqlFunction[] = [
  {
    signature: 'int_safe(x int8)',
    returns: 'int8',
    body: `case when x between -${MAX_INT} and ${MAX_INT} then x end`,
  },
  {
    // The rounded product of two safe integers is safe exactly when the product is.
    signature: 'int_mul(a int8, b int8)',
    returns: 'int8',
    body: `case when abs(a::float8 * b::float8) <= ${MAX_INT} then a * b end`,
  },
  {
    signature: 'int_floor_div(a int8, b int8)',
    returns: 'int8',
    body: `a / nullif(b, 0) - case when a % nullif(b, 0) <> 0 and (a < 0) <> (b < 0) then 1 else 0 end`,
  },
  {
    signature: 'int_of(x float8)',
    returns: 'int8',
    body: `case when abs(x) <= ${MAX_INT} then x::int8 end`,
  },
  {
    signature: 'bigint_of(x numeric)',
    returns: 'int8',
    body: 'case when x between -9223372036854775808 and 9223372036854775807 then x::int8 end',
  },
]
