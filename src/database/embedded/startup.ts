import { Buffer } from 'node:buffer'
import { SESSION_SETTINGS } from '../session-settings.ts'
import { frame } from './frames.ts'

const SESSION_VERSION = 3
const ENCRYPTION_CODES: ReadonlySet<number> = new Set([80877103, 80877104])

/** `other` is a cancel request: a statement that runs in PGlite cannot be interrupted. */
export function startupKind(startup: Buffer): 'session' | 'encryption' | 'other' {
  const code = startup.readInt32BE(4)
  if (ENCRYPTION_CODES.has(code)) return 'encryption'
  return code >> 16 === SESSION_VERSION ? 'session' : 'other'
}

/** What a server says to a new client; no password, since the socket belongs to the user. */
export function greeting(serverVersion: string, sessionId: number): Buffer {
  const parameters: Readonly<Record<string, string>> = {
    server_version: serverVersion,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    integer_datetimes: 'on',
    DateStyle: SESSION_SETTINGS.DateStyle,
    TimeZone: SESSION_SETTINGS.TimeZone,
    standard_conforming_strings: 'on',
  }
  return Buffer.concat([
    frame(0x52, 0),
    ...Object.entries(parameters).map(([name, value]) => frame(0x53, name, value)),
    frame(0x4b, process.pid, sessionId),
    frame(0x5a, new Uint8Array([0x49])),
  ])
}
