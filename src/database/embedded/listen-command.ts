import type { Buffer } from 'node:buffer'
import { frames, MESSAGE } from './frames.ts'

export interface ListenCommand {
  readonly listen: boolean
  /** Undefined for `UNLISTEN *`. */
  readonly channel: string | undefined
}

const COMMAND = /^\s*(un)?listen\s+(?:"((?:[^"]|"")+)"|(\w+)|\*)\s*;?\s*$/i

/** LISTEN and UNLISTEN of a client at the door: there is one Postgres session, so that the owner has to keep who wants what. */
export function listenCommand(batch: Buffer): ListenCommand | undefined {
  for (const { type, start, end } of frames(batch)) {
    const sql = sqlOf(batch.subarray(start, end), type)
    const parts = sql === undefined ? null : COMMAND.exec(sql)
    if (parts !== null) {
      return { listen: parts[1] === undefined, channel: parts[2]?.replaceAll('""', '"') ?? parts[3]?.toLowerCase() }
    }
  }
  return undefined
}

function sqlOf(message: Buffer, type: number): string | undefined {
  if (type === MESSAGE.query) return message.toString('utf8', 5, message.length - 1)
  if (type !== MESSAGE.parse) return undefined
  const sqlStart = message.indexOf(0, 5) + 1
  return message.toString('utf8', sqlStart, message.indexOf(0, sqlStart))
}
