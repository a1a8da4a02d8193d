/** What the text output of a session depends on, limits that only transactions of the port set, and no compilation of plans. */
export const SESSION_SETTINGS = {
  TimeZone: 'UTC',
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  extra_float_digits: '1',
  bytea_output: 'hex',
  standard_conforming_strings: 'on',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  jit: 'off',
} as const

/** `off` loses what was acknowledged; stronger settings than `on` are the operator's choice. */
const DURABLE = `select set_config('synchronous_commit', 'on', false) where current_setting('synchronous_commit') = 'off'`

/** One message, so that a new connection costs one round trip more. */
export const SET_SESSION = [
  ...Object.entries(SESSION_SETTINGS).map(([name, value]) => `set ${name} = '${value}'`),
  DURABLE,
].join(';\n')
