/**
 * The functions of schema `cellar` that expressions compile to. Each gives the answer of JavaScript for all operands
 * and raises no error, also while Postgres plans: it evaluates what depends on constants only, so that each operand is
 * guarded by a condition of its own before it is scaled. They are simple SQL expressions, so that Postgres inlines
 * them; `cost 1` lets it inline one in another. They can be created again at any time, therefore none ever changes its
 * signature.
 */

const float = (value: number) => `'${value}'::float8`
const MAX_INT = Number.MAX_SAFE_INTEGER
/** From here on a decimal rounds to an infinite double; up to the second one it rounds to zero. */
const OVERFLOW = `${2n ** 1024n - 2n ** 970n}::numeric`
const UNDERFLOW = `${5n ** 1075n}e-1075::numeric`

interface SqlFunction {
  readonly signature: string
  readonly returns: string
  readonly body: string
  /** Stays a call: it is rare, and inlined it would make what it is part of too large to be inlined itself. */
  readonly called?: true
}

const INTS: readonly SqlFunction[] = [
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

/** Between these sizes neither product nor quotient of two doubles overflows or underflows. */
const moderate = (x: string) => `abs(${x}) > ${float(2 ** -511)} and abs(${x}) < ${float(2 ** 511)}`

const FLOATS: readonly SqlFunction[] = [
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

const TEXTS: readonly SqlFunction[] = [
  {
    signature: 'text_replace_first(s text, find text, by text)',
    returns: 'text',
    body: `case when by is null then null when find = '' or strpos(s, find) = 0 then s
      else left(s, strpos(s, find) - 1) || by || substr(s, strpos(s, find) + length(find)) end`,
  },
  {
    signature: 'text_bound(x float8, size int4)',
    returns: 'int4',
    body: `case when x is null or size is null then null when x = 'nan' then 0
      when trunc(x) >= 0 then least(trunc(x), size)::int4 else greatest(size + trunc(x), 0)::int4 end`,
  },
  {
    signature: 'text_between(s text, first int4, last int4)',
    returns: 'text',
    body: 'case when last > first then substr(s, first + 1, last - first) when last <= first then left(s, 0) end',
  },
  {
    signature: 'text_slice(s text, first float8, last float8)',
    returns: 'text',
    body: 'cellar.text_between(s, cellar.text_bound(first, length(s)), cellar.text_bound(last, length(s)))',
  },
  {
    signature: 'like_containing(part text)',
    returns: 'text',
    body: String.raw`'%' || replace(replace(replace(part, '\', '\\'), '%', '\%'), '_', '\_') || '%'`,
  },
  {
    // A last backslash that escapes nothing stands for itself instead of raising an error.
    signature: 'like_pattern(pattern text)',
    returns: 'text',
    body: String.raw`case when (length(pattern) - length(rtrim(pattern, '\'))) % 2 = 1 then pattern || '\' else pattern end`,
  },
]

const JSONS: readonly SqlFunction[] = [
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
]

const year = `extract(year from x at time zone 'UTC')::int8`

const ARRAYS: readonly SqlFunction[] = [
  {
    // The subscript of a position that counts from 0, or from the end when negative; null outside.
    signature: 'array_place(place int8, size int4)',
    returns: 'int4',
    body: `case when place between 0 and size - 1 then least(place, 2147483646)::int4 + 1
      when place between -size and -1 then (size + place)::int4 + 1 end`,
  },
]

const OTHERS: readonly SqlFunction[] = [
  { signature: 'utc_year(x timestamptz)', returns: 'int8', body: `${year} + case when ${year} < 0 then 1 else 0 end` },
  {
    // ISO 8601: four digits, or a sign and six.
    signature: 'year_text(y int8)',
    returns: 'text',
    body: `case when y between 0 and 9999 then lpad(y::text, 4, '0')
      else case when y < 0 then '-' else '+' end || lpad(abs(y)::text, 6, '0') end`,
  },
  {
    signature: 'utc_text(x timestamptz)',
    returns: 'text',
    body: `cellar.year_text(cellar.utc_year(x)) || to_char(x at time zone 'UTC', '-MM-DD"T"HH24:MI:SS.MS"Z"')`,
  },
  {
    signature: 'media_sha256(x text)',
    returns: 'text',
    body: `case when starts_with(x, 'cellar:') then substr(x, 8, 64) end`,
  },
]

function create({ signature, returns, body, called }: SqlFunction): string {
  const language = called ? 'plpgsql' : 'sql'
  const text = called ? `begin return ${body}; end` : `select ${body}`
  return `create or replace function cellar.${signature} returns ${returns}
  language ${language} immutable parallel safe cost 1 as $body$ ${text} $body$;`
}

/** DDL of all functions that compiled expressions call. */
export const SQL_FUNCTIONS: string = [...INTS, ...FLOATS, ...TEXTS, ...JSONS, ...ARRAYS, ...OTHERS]
  .map(create)
  .join('\n')
