import type { SqlFunction } from './sql-function.ts'

const float = (value: number) => `'${value}'::float8`

/** Between these sizes neither product nor quotient of two doubles overflows or underflows. */
const moderate = (x: string) => `abs(${x}) > ${float(2 ** -511)} and abs(${x}) < ${float(2 ** 511)}`

export const FLOATS: readonly SqlFunction[] = [
  {
    // Halves that are too small to matter become zero, since halving the smallest double underflows.
    signature: 'float_half(x float8)',
    returns: 'float8',
    body: 'case when abs(x) < 1 then 0 else x * 0.5 end',
  },
  {
    // Not a number and infinities take this way too: their half times infinity is the sum.
    signature: 'float_add_huge(a float8, b float8)',
    returns: 'float8',
    called: true,
    body: `case when abs(cellar.float_half(a) + cellar.float_half(b)) >= ${float(2 ** 1023)}
      then (cellar.float_half(a) + cellar.float_half(b)) * 'infinity'::float8 else a + b end`,
  },
  {
    signature: 'float_add(a float8, b float8)',
    returns: 'float8',
    body: `case when abs(a) >= ${float(2 ** 1023)} or abs(b) >= ${float(2 ** 1023)}
      then cellar.float_add_huge(a, b) else a + b end`,
  },
  {
    // Low part of a product: a - high part, where the high part has 26 bits (Veltkamp).
    signature: 'float_high(x float8)',
    returns: 'float8',
    body: 'x * 134217729 - (x * 134217729 - x)',
  },
  {
    // The rounding error of the product of two doubles (Dekker), for operands of moderate size.
    signature: 'float_mul_error(a float8, b float8)',
    returns: 'float8',
    body: `((cellar.float_high(a) * cellar.float_high(b) - a * b)
      + cellar.float_high(a) * (b - cellar.float_high(b)) + (a - cellar.float_high(a)) * cellar.float_high(b))
      + (a - cellar.float_high(a)) * (b - cellar.float_high(b))`,
  },
  {
    // True when the exact product of the sizes is at most 2^-1075, which rounds to zero. Both are below 1.
    signature: 'float_mul_vanishes(a float8, b float8)',
    returns: 'bool',
    body: `a * b < 2 or (a * b = 2 and cellar.float_mul_error(a, b) <= 0)`,
  },
  {
    signature: 'float_mul_extreme(a float8, b float8)',
    returns: 'float8',
    called: true,
    body: `case
      when a = 0 or b = 0 or a in ('nan', 'infinity', '-infinity') or b in ('nan', 'infinity', '-infinity') then a * b
      when abs(a) >= 1 and abs(b) >= 1 then
        case when abs((a * ${float(2 ** -512)}) * (b * ${float(2 ** -512)})) >= 1
          then sign(a) * sign(b) * 'infinity'::float8 else a * b end
      when abs(a) >= 1 or abs(b) >= 1 then a * b
      when cellar.float_mul_vanishes(abs(a) * ${float(2 ** 538)}, abs(b) * ${float(2 ** 538)}) then 0
      else a * b end`,
  },
  {
    signature: 'float_mul(a float8, b float8)',
    returns: 'float8',
    body: `case when ${moderate('a')} and ${moderate('b')} then a * b else cellar.float_mul_extreme(a, b) end`,
  },
  {
    // For quotients of at least 2^1023; the scaled one is 2^-1138 of it.
    signature: 'float_div_huge(a float8, b float8)',
    returns: 'float8',
    body: `case when abs((a * ${float(2 ** -600)}) / (b * ${float(2 ** 538)})) >= ${float(2 ** -114)}
      then sign(a) * sign(b) * 'infinity'::float8 else a / b end`,
  },
  {
    signature: 'float_div_extreme(a float8, b float8)',
    returns: 'float8',
    called: true,
    body: `case
      when b = 0 then null
      when a = 0 or a in ('nan', 'infinity', '-infinity') or b in ('nan', 'infinity', '-infinity') then a / b
      when abs(a) >= ${float(2 ** -52)} and abs(b) < 1 then
        case when abs(a) * ${float(2 ** -512)} >= abs(b) * ${float(2 ** 511)}
          then cellar.float_div_huge(a, b) else a / b end
      when abs(b) >= 1 and abs(a) < ${float(2 ** -51)} then
        case when abs((a * ${float(2 ** 538)}) / (b * ${float(2 ** -500)})) <= ${float(2 ** -37)} then 0 else a / b end
      else a / b end`,
  },
  {
    signature: 'float_div(a float8, b float8)',
    returns: 'float8',
    body: `case when ${moderate('a')} and ${moderate('b')} then a / b else cellar.float_div_extreme(a, b) end`,
  },
  {
    // Not a number has the sign 0 in Postgres.
    signature: 'float_sign(x float8)',
    returns: 'float8',
    body: `case when x = 'nan' then x else sign(x) end`,
  },
  { signature: 'float_square(x float8)', returns: 'float8', body: 'cellar.float_mul(x, x)' },
  { signature: 'float_cube(x float8)', returns: 'float8', body: 'cellar.float_mul(cellar.float_mul(x, x), x)' },
  { signature: 'float_sqrt(x float8)', returns: 'float8', body: 'case when x < 0 then null else sqrt(x) end' },
  {
    // An infinity less itself is not a number, and that counts as greatest: it is taken out first.
    signature: 'float_round(x float8)',
    returns: 'float8',
    body: `case when abs(x) >= ${float(2 ** 52)} then x when x - floor(x) >= 0.5 then floor(x) + 1 else floor(x) end`,
  },
  {
    signature: 'float_round_digits(x float8, scale float8)',
    returns: 'float8',
    body: `case when abs(x) >= ${float(2 ** 52)} then x else cellar.float_round(x * scale) / scale end`,
  },
  {
    signature: 'float_round_tens(x float8, scale float8)',
    returns: 'float8',
    body: `case when abs(x) < 1 then 0 else cellar.float_mul(cellar.float_round(x / scale), scale) end`,
  },
]

/** The sum of doubles as JavaScript adds them up; the first value is where it starts. */
export const FLOAT_SUM = `create or replace function cellar.float_sum_step(a float8, b float8) returns float8
  language sql immutable parallel safe strict as $body$ select cellar.float_add(a, b) $body$;
create or replace aggregate cellar.float_sum(float8) (sfunc = cellar.float_sum_step, stype = float8, parallel = safe);`
