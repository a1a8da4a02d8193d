import { maxHeaderSize, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { CellarError } from '../../errors/cellar-error.ts'
import { PROBLEM_HEADERS, toProblem } from '../respond/problem.ts'
import type { Exchange } from './exchange.ts'

/** `rawPacket` is what came last. */
type ParseError = NodeJS.ErrnoException & { readonly rawPacket?: Buffer }

/**
 * Answers what Node could not read as every other failure is answered, and ends the connection: where the next request
 * would begin is not known.
 */
export function answerUnread(error: ParseError, socket: Duplex, open: ReadonlySet<Exchange>): void {
  const isAnswered = [...open].some((exchange) => exchange.socket === socket && exchange.headersSent)
  if (error.code === 'ECONNRESET' || !socket.writable || isAnswered) {
    socket.destroy()
    return
  }
  const problem = toProblem(reasonOf(error.code))
  const body = JSON.stringify(problem)
  const headers = { ...PROBLEM_HEADERS, 'content-length': Buffer.byteLength(body), connection: 'close' }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const head = `HTTP/1.1 ${problem.status} ${STATUS_CODES[problem.status]}\r\n${lines.join('')}\r\n`
  // An answer to HEAD has no body, whatever its length says.
  const isHead = error.rawPacket?.toString('latin1', 0, 5) === 'HEAD '
  socket.end(isHead ? head : head + body, () => socket.destroy())
}

function reasonOf(code: string | undefined): CellarError {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new CellarError('HEADERS_TOO_LARGE', { limit: maxHeaderSize })
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return new CellarError('BODY_TOO_LARGE', { subject: 'What comes with a chunk', limit: `${maxHeaderSize} bytes` })
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new CellarError('REQUEST_TOO_SLOW', {})
    default:
      return new CellarError('REQUEST_UNREADABLE', { reason: 'it is not HTTP' })
  }
}
