/** What a route answers, before it is a response. */
export interface Answer {
  /** A JSON value, `BodyText`, or a stream of bytes. */
  readonly body: unknown
  /** @default 200 */
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** The cursor behind the rows of the body: where the request goes on. */
  readonly next?: string | null
}
