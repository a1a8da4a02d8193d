import type { Context } from 'hono'
import { CellarError } from '../../errors/cellar-error.ts'
import { readChunks } from './body-reader.ts'
import type { RequestLimits } from './limits.ts'

const NDJSON = /^application\/(?:x-ndjson|ndjson|jsonl|x-jsonlines)\s*(?:;|$)/i
const NEWLINE = 0x0a
const BLANK = /^\s*$/

export const isNdjson = (contentType: string | undefined): boolean =>
  contentType !== undefined && NDJSON.test(contentType)

/**
 * The lines of the body that are not blank, while it arrives; what is held is one line and one chunk.
 *
 * @throws BODY_TOO_LARGE, BODY_UNREADABLE
 */
export async function* readLines(c: Context, { ndjson, line }: RequestLimits): AsyncGenerator<Buffer, void, undefined> {
  let open: Buffer[] = []
  let held = 0
  const take = (last: Buffer): Buffer => {
    const whole = open.length === 0 ? last : Buffer.concat([...open, last], held + last.length)
    open = []
    held = 0
    if (whole.length > line) throw tooLong(line)
    return whole
  }
  for await (const chunk of readChunks(c, ndjson)) {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      const whole = take(chunk.subarray(start, end))
      start = end + 1
      if (!isBlank(whole)) yield whole
    }
    if (start === chunk.length) continue
    open.push(chunk.subarray(start))
    held += chunk.length - start
    if (held > line) throw tooLong(line)
  }
  const whole = take(Buffer.alloc(0))
  if (!isBlank(whole)) yield whole
}

const isBlank = (line: Buffer): boolean => (line[0] ?? 0) <= 0x20 && BLANK.test(line.toString('latin1'))

const tooLong = (limit: number) => new CellarError('BODY_TOO_LARGE', { subject: 'A line', limit: `${limit} bytes` })
