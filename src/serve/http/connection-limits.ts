/** What the connections of a server are allowed; milliseconds unless said. */
export interface ConnectionLimits {
  /** Until all headers of a request are there. @default 30_000 */
  readonly headersTimeout: number
  /** Without a byte of the body, while it is asked for; then 408. @default 30_000 */
  readonly bodyTimeout: number
  /** Bytes a second of a body, on average after `bodyTimeout`; below it 408. @default 500 */
  readonly minimumRate: number
  /** Without the client taking a byte of the answer; then it is cut off. @default 60_000 */
  readonly answerTimeout: number
  /** For a whole request: big uploads over slow lines take long. @default 3_600_000 */
  readonly requestTimeout: number
  /** Between two requests of a connection. @default 65_000 */
  readonly keepAliveTimeout: number
  /** Connections at a time; more are closed at once. @default no limit */
  readonly maximum: number
}

const DEFAULTS: ConnectionLimits = {
  headersTimeout: 30_000,
  bodyTimeout: 30_000,
  minimumRate: 500,
  answerTimeout: 60_000,
  requestTimeout: 3_600_000,
  keepAliveTimeout: 65_000,
  maximum: Number.POSITIVE_INFINITY,
}

/** How often connections are looked at, at most. */
const LONGEST_SWEEP = 5000

export const connectionLimits = (given: Partial<ConnectionLimits> = {}): ConnectionLimits => ({ ...DEFAULTS, ...given })

/** Often enough for the shortest limit. */
export const sweepInterval = ({ headersTimeout, bodyTimeout, answerTimeout }: ConnectionLimits): number =>
  Math.min(LONGEST_SWEEP, Math.max(50, Math.min(headersTimeout, bodyTimeout, answerTimeout) / 4))

/** What Node looks after itself. */
export const nodeOptions = (limits: ConnectionLimits) => ({
  headersTimeout: limits.headersTimeout,
  requestTimeout: limits.requestTimeout,
  keepAliveTimeout: limits.keepAliveTimeout,
  connectionsCheckingInterval: sweepInterval(limits),
})
