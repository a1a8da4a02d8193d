import type { SqlFunction } from './sql-function.ts'

const year = `extract(year from x at time zone 'UTC')::int8`

export const TIMES: readonly SqlFunction[] = [
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
]
