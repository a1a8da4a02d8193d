/** What a route answers, before it is a response. */
export interface Answer {
  /** A JSON value, or `JsonText`. */
  readonly body: unknown
  /** @default 200 */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
}
