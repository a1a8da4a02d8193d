import type { SqlFunction } from './sql-function.ts'

const DAY = 86_400_000
/** 4714-11-24 BC and the last moment of `Date`, in milliseconds since 1970. */
const [EARLIEST, LATEST] = [-210_866_803_200_000, 8_640_000_000_000_000]
const isoYear = `extract(isoyear from x at time zone 'UTC')::int8`
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
  {
    signature: 'utc_iso_year(x timestamptz)',
    returns: 'int8',
    body: `${isoYear} + case when ${isoYear} < 0 then 1 else 0 end`,
  },
  {
    signature: 'utc_epoch(x timestamptz)',
    returns: 'int8',
    body: `trunc(extract(epoch from x at time zone 'UTC') * 1000)::int8`,
  },
  {
    // Whole days first: seconds are a double, which is exact within a day.
    signature: 'utc_moment(ms int8)',
    returns: 'timestamptz',
    body: `case when ms between ${EARLIEST} and ${LATEST} then (timestamp '1970-01-01'
      + make_interval(days => (ms / ${DAY})::int4, secs => (ms % ${DAY})::float8 / 1000)) at time zone 'UTC' end`,
  },
  {
    signature: 'utc_add(x timestamptz, ms int8)',
    returns: 'timestamptz',
    body: 'cellar.utc_moment(cellar.utc_epoch(x) + ms)',
  },
  {
    signature: 'utc_month_index(x timestamptz)',
    returns: 'int8',
    body: `cellar.utc_year(x) * 12 + extract(month from x at time zone 'UTC')::int8 - 1`,
  },
  {
    // From December 4714 BC to September 275760.
    signature: 'utc_add_months(x timestamptz, months int8)',
    returns: 'timestamptz',
    called: true,
    body: `case when cellar.utc_month_index(x) + months between ${-4713 * 12 + 11} and ${275_760 * 12 + 8}
      then cellar.utc_moment(cellar.utc_epoch(
        ((x at time zone 'UTC') + make_interval(months => months::int4)) at time zone 'UTC')) end`,
  },
  {
    // In the first weeks of the calendar the start of a month, quarter or year is not in it.
    signature: 'utc_truncate(x timestamptz, unit text)',
    returns: 'timestamptz',
    body: `case when x < '4713-01-01 00:00:00+00 BC' and (unit in ('quarter', 'year')
        or (unit = 'month' and x < '4714-12-01 00:00:00+00 BC')) then '4714-11-24 00:00:00+00 BC'
      else date_trunc(unit, x at time zone 'UTC') at time zone 'UTC' end`,
  },
]
