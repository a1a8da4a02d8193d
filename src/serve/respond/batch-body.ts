import type { WriteError } from '../../store/write-result.ts'
import { publicIssue } from './problem.ts'

/** What a list of rows is answered with. */
export class BatchBody {
  /** Rows written or computed. */
  readonly count: number
  /** Their outputs, in the order of the request. */
  readonly rows: readonly unknown[]
  readonly errors: readonly WriteError[]

  /** Reasons are told as they are in problems: nothing of the inside. */
  constructor(count: number, rows: readonly unknown[], errors: readonly WriteError[]) {
    this.count = count
    this.rows = rows
    this.errors = errors.map((error) => ({ ...error, message: publicIssue({ ...error, path: [] }).message }))
  }

  /** Too much for one text. */
  get large(): boolean {
    return this.rows.length > PIECE
  }
}

/** Rows whose JSON is made at a time. */
const PIECE = 500

/** The JSON of a large answer as it is asked for, so that it is never in memory as one text. */
export function streamBatch({ count, rows, errors }: BatchBody): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  const pieces = (function* () {
    yield `{"count":${count},"rows":[`
    for (let start = 0; start < rows.length; start += PIECE) {
      const piece = JSON.stringify(rows.slice(start, start + PIECE)).slice(1, -1)
      yield start === 0 ? piece : `,${piece}`
    }
    yield `],"errors":${JSON.stringify(errors)}}`
  })()
  return new ReadableStream({
    pull(controller) {
      const { done, value } = pieces.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(value))
    },
  })
}
