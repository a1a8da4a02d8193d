/**
 * The error catalogue. `message` is a template: `{name}` is replaced from the details, which are typed by it.
 * HTTP statuses, CLI exit codes and `docs/reference/errors.md` derive from this table.
 */
interface CodeSpec {
  readonly message: string
  /** HTTP status of a problem+json response. */
  readonly status: number
  /** Process exit code of the command line. */
  readonly exit: 1 | 2
  /** True where the same call may succeed later without a change. */
  readonly retryable: boolean
}

const code = <const M extends string>(
  message: M,
  status: number,
  options: { exit?: 1 | 2; retryable?: boolean } = {},
) => ({ message, status, exit: options.exit ?? 1, retryable: options.retryable ?? false }) as const satisfies CodeSpec

export const ERROR_CODES = {
  // Declarations
  INVALID_NAME: code('{kind} name {name} cannot be used: {reason}.', 500),
  INVALID_DECLARATION: code('{subject} is declared wrongly: {reason}.', 500),
  DUPLICATE_DECLARATION: code('Two different {kind}s are named {name}; rename one of them.', 500),
  INVALID_QUERY: code('{clause} cannot be used in this query: {reason}.', 500),
  INVALID_CURSOR: code('The cursor cannot be used: {reason}. Start with the first page.', 422),
  CURSOR_OUTDATED: code('A table of the query changed since the cursor was made. Start with the first page.', 409),
  // Values
  INVALID_VALUE: code('{subject} has values that cannot be used: {reason}.', 422),
  UNKNOWN_COLUMN: code('{subject} has no column {column}; it has {known}.', 422),
  MISSING_VALUE: code('{subject} needs a value for {column}.', 422),
  DUPLICATE_KEY: code('{table} already has a row with {columns} = {values}.', 409),
  ROW_REFERENCED: code('{table} has rows that rows of {referencing} refer to; change or delete those first.', 409),
  // Functions and cells
  FUNCTION_FAILED: code('Function {function} failed: {reason}', 422),
  FUNCTION_TIMEOUT: code('Function {function} did not answer within {milliseconds} ms.', 503, { retryable: true }),
  FUNCTION_INVALID_RESULT: code('Function {function} returned what it does not declare: {reason}', 500),
  FUNCTION_UNAVAILABLE: code('Function {function} cannot be called: {reason}.', 500),
  FUNCTION_NOT_CHEAP: code(
    'Function {function} of {subject} is not marked cheap and would hold the transaction; compute first, or defer the column.',
    409,
  ),
  MEDIA_IN_TRANSACTION: code(
    '{column} names media to be fetched, which would hold the transaction; fetch them first.',
    409,
  ),
  PATTERN_LIMIT: code(
    'The matches of the pattern {pattern} in a text of {length} characters take too many steps; let it match less, or slice the text first.',
    422,
  ),
  CELL_FAILED: code('{column} of {subject} could not be computed: {reason}', 422),
  CELL_UNAVAILABLE: code('{column} of {subject} could not be computed now: {reason}', 503, { retryable: true }),
  // Catalog
  TABLE_NOT_FOUND: code('There is no table {table}; apply its declaration or check the name with `cellar ls`.', 404),
  ROW_NOT_FOUND: code('{table} has no row with {key}.', 404),
  SCHEMA_BEHIND: code('The database is behind the declarations: {changes}. Run `cellar schema apply`.', 409, {
    exit: 2,
  }),
  SCHEMA_DESTRUCTIVE: code('{changes} would lose data; allow it with allowDestructive (--allow-destructive).', 409),
  SCHEMA_CHANGED: code('{table} changed since this was declared: {reason}.', 409),
  SCHEMA_VIOLATED: code('Rows of {table} contradict the new declaration: {reason}. Nothing was changed.', 409),
  SCHEMA_LOCKED: code('Other transactions kept the tables locked for {seconds} s. Nothing was changed.', 503, {
    retryable: true,
  }),
  COLUMN_NEEDS_DEFAULT: code(
    '{table} has rows, so its new column {column} has to be nullable or to have a default value.',
    409,
  ),
  TABLE_IN_USE: code('{table} is in use: {reason}.', 409),
  OPTIONAL_DEPENDENCY_MISSING: code(
    '{feature} needs the package {package}, which is not installed. Run `npm install {package}`.',
    500,
  ),
  // Media
  MEDIA_WRONG_KIND: code('The content is {found}, not {expected}.', 422),
  MEDIA_CORRUPT: code('The {format} content is damaged: {reason}.', 422),
  MEDIA_TOO_LARGE: code('The content is bigger than the limit of {limit} bytes.', 413),
  MEDIA_TOO_MANY_PIXELS: code('The image has {width} x {height} pixels; at most {limit} pixels are allowed.', 422),
  MEDIA_PATH_REFUSED: code('{input} cannot be used here: send an upload, a data URL or an http(s) URL.', 422),
  MEDIA_UNREADABLE: code('{input} cannot be read: {reason}.', 422),
  MEDIA_NOT_FOUND: code('The media store has no {ref}.', 422),
  MEDIA_URL_REFUSED: code('{url} is refused: {reason}.', 422),
  MEDIA_FETCH_FAILED: code('{url} could not be fetched: {reason}.', 422, { retryable: true }),
  MEDIA_UNSUPPORTED: code('{format} content cannot be decoded: {reason}.', 422),
  MEDIA_DECODE_FAILED: code('The content could not be decoded: {reason}.', 422),
  MEDIA_DECODE_LIMIT: code('Decoding was stopped at the limit of {limit}.', 422),
  // Database
  DATABASE_UNAVAILABLE: code('The database cannot be reached: {reason}. It is tried again by itself.', 503, {
    retryable: true,
  }),
  DATABASE_UNSUPPORTED: code('The database lacks {feature}: {fix}.', 500),
  DATABASE_ERROR: code('The database refused a statement: {reason}.', 500),
  HOME_IN_USE: code('{home} is held by process {pid}. Use that process, or stop it first.', 409),
  TRANSACTION_REENTRY: code(
    'A query was made outside the transaction that is open around it; use the transaction handle.',
    500,
  ),
  TRANSACTION_CONFLICT: code('Concurrent writes kept changing the same rows; {attempts} attempts were made.', 409, {
    retryable: true,
  }),
  TRANSACTION_TIMEOUT: code('The transaction did not end within {milliseconds} ms and was rolled back.', 503, {
    retryable: true,
  }),
  // Serving
  ROUTE_INVALID: code('{route}: {option} {reason}. {fix}', 500),
  ROUTE_DUPLICATE: code('{route} is declared twice; change its path or its method.', 500),
  ROUTER_SEALED: code(
    '{route} comes too late: the router is mounted or has answered a request. Add all routes before that.',
    500,
  ),
  ROUTER_UNBOUND: code('The router is not bound to a database; call bind(cellar).', 503, { retryable: true }),
  NOT_FOUND: code('{subject} does not exist.', 404),
  METHOD_NOT_ALLOWED: code('{path} does not take {method}; it takes {allowed}.', 405),
  UNAUTHENTICATED: code('This needs a user; sign in and send the credentials along.', 401),
  FORBIDDEN: code('{subject} is not for this caller: {reason}.', 403),
  REQUEST_UNREADABLE: code('The request cannot be read: {reason}.', 400),
  REQUEST_TOO_SLOW: code('The request did not arrive in time; send it again.', 408, { retryable: true }),
  HEADERS_TOO_LARGE: code('The address and the headers of the request are over the limit of {limit} bytes.', 431),
  NOT_ACCEPTABLE: code('This answers with {offered} only; send a fitting Accept header, or none.', 406),
  BODY_UNREADABLE: code('The body cannot be read: {reason}.', 400),
  BODY_TYPE_UNSUPPORTED: code('The body is {found}; send {expected}.', 415),
  BODY_TOO_LARGE: code('{subject} is over the limit of {limit}.', 413),
  BODY_TOO_SLOW: code('The body came too slowly: {reason}.', 408, { retryable: true }),
  REQUEST_TIMEOUT: code('The request was not answered within {milliseconds} ms.', 503, { retryable: true }),
  RATE_LIMITED: code('The {requests} requests of {seconds} s are used up.', 429, { retryable: true }),
  SERVER_BUSY: code('The server works on {limit} already and takes no more at a time.', 503, { retryable: true }),
  SEVERAL_ROWS: code('{subject} gives several rows where one is wanted.', 409),
  RANGE_NOT_SATISFIABLE: code('The range lies outside the {bytes} bytes.', 416),
  IDEMPOTENCY_KEY_REUSED: code('The key {key} came with another request before; use a new one.', 422),
  PRECONDITION_FAILED: code('{subject} changed since it was read; read it again.', 412),
  JOBS_FULL: code('{limit} jobs wait already and no more are taken for now.', 503, { retryable: true }),
  JOBS_OF_USER_FULL: code('{limit} of your jobs wait already; send more when some have begun.', 429, {
    retryable: true,
  }),
  WEBHOOK_FAILED: code('The webhook at {host} could not be told: {reason}.', 502, { retryable: true }),
  JOB_LOST: code(
    'The process that ran this job has ended and nobody else can go on; what it had done stands. Start it again.',
    503,
    { retryable: true },
  ),
  JOB_STATE: code('The job is {state}, so it cannot be {action}.', 409),
  SERVE_NOT_PUBLIC: code(
    'Listening on {host} would let anyone write through {routes}. Give the router auth, mark the routes public, or listen on 127.0.0.1.',
    500,
  ),
  SERVE_BASE_URL_MISSING: code(
    'Listening on {host} needs the public address for media and job URLs: give baseUrl (--base-url).',
    500,
  ),
  SERVE_ADDRESS_IN_USE: code('{host}:{port} is taken by another process; choose another port.', 500),
  INTERNAL: code('Something went wrong on the server; its log says more.', 500),
  STORAGE_FULL: code('There is no space left for {subject}; free some and try again.', 507, { retryable: true }),
  HOME_NOT_FOUND: code(
    'There is no database at {home}; run the command where it is, or set CELLAR_HOME or CELLAR_DATABASE_URL.',
    404,
  ),
  JOB_NOT_FOUND: code('There is no job {id} that this can be done to; `cellar jobs` lists them.', 404),
  NOTHING_TO_SERVE: code('{module} exports no TableRouter; export one, or several.', 500),
  USAGE: code('The command line cannot be read: {reason}', 400),
  MODULE_NOT_FOUND: code('There is no module {path}.', 404),
  CLOSED: code('{subject} is closed.', 500),
  ABORTED: code('{subject} was aborted by its signal.', 499),
} as const satisfies Record<string, CodeSpec>

export type ErrorCode = keyof typeof ERROR_CODES

type Placeholders<M extends string> = M extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never
/** The details that the message of `C` names. */
export type DetailsOf<C extends ErrorCode> = {
  readonly [K in Placeholders<(typeof ERROR_CODES)[C]['message']>]: string | number
}
