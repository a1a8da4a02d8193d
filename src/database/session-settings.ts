/** What the text output of a session depends on, and what durability does. */
export const SESSION_SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  synchronous_commit: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
} as const

/** One statement, so that a new connection costs one round trip more. */
export const SET_SESSION = Object.entries(SESSION_SETTINGS)
  .map(([name, value]) => `set ${name} = '${value}'`)
  .join(';\n')
