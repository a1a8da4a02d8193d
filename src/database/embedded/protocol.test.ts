import { describe, expect, test } from 'vitest'
import { Batches, ProtocolFault } from './batches.ts'
import { Channels } from './channels.ts'
import { frame, frames, MESSAGE, queryMessage, statusOf, syncMessage } from './frames.ts'
import { listenCommand } from './listen-command.ts'
import { OutputBuffer } from './output-buffer.ts'
import { StatementNames } from './statement-names.ts'

const parse = (name: string, sql: string) => frame(MESSAGE.parse, name, sql, new Uint8Array(2))
const bind = (portal: string, name: string) => frame(MESSAGE.bind, portal, name, new Uint8Array(6))
const ready = (status: string) => frame(MESSAGE.readyForQuery, Buffer.from(status))
const notification = (channel: string, payload: string) => frame(MESSAGE.notification, 1, channel, payload)

describe('batches', () => {
  test('end where the client waits for an answer, however the bytes arrive', () => {
    const first = Buffer.concat([parse('', 'select 1'), bind('', ''), syncMessage()])
    const bytes = Buffer.concat([first, queryMessage('select 2'), parse('', 'select 3')])
    for (const size of [1, 3, 7, bytes.length]) {
      const batches = new Batches()
      const taken: Buffer[] = []
      for (let at = 0; at < bytes.length; at += size) {
        batches.push(bytes.subarray(at, at + size))
        for (let batch = batches.take(); batch; batch = batches.take()) taken.push(batch)
      }
      expect(taken).toEqual([first, queryMessage('select 2')])
    }
  })

  test('refuse lengths that no client sends', () => {
    const batches = new Batches()
    batches.push(new Uint8Array([MESSAGE.query, 0, 0, 0, 1]))
    expect(() => batches.take()).toThrow(ProtocolFault)
    const startup = new Batches()
    startup.push(Buffer.from('GET / HTTP/1.1\r\n\r\n'))
    expect(() => startup.takeStartup()).toThrow(ProtocolFault)
  })
})

describe('statement names', () => {
  const names = (batch: Uint8Array) =>
    [...frames(batch)].map(({ start, end }) =>
      Buffer.from(batch.subarray(start + 5, end))
        .toString()
        .replaceAll('\0', '|'),
    )

  test('get the prefix of their client, unnamed ones and portals none', () => {
    const close = frame(MESSAGE.close, Buffer.from('S'), 'a')
    const describePortal = frame(MESSAGE.describe, Buffer.from('P'), 'a')
    const batch = Buffer.from(
      Buffer.concat([parse('a', 'x'), bind('p', 'a'), parse('', 'y'), bind('', ''), close, describePortal]),
    )
    expect(names(new StatementNames('d1_').rename(batch))).toEqual([
      'd1_a|x|||',
      'p|d1_a|||||||',
      '|y|||',
      '||||||||',
      'Sd1_a|',
      'Pa|',
    ])
  })

  test('that are still open are closed in the end', () => {
    const statements = new StatementNames('d1_')
    statements.rename(Buffer.from(Buffer.concat([parse('a', 'x'), parse('b', 'y')])))
    statements.rename(frame(MESSAGE.close, Buffer.from('S'), 'a'))
    expect(names(statements.closeAll() ?? new Uint8Array(0))).toEqual(['Sd1_b|', ''])
    expect(statements.closeAll()).toBeUndefined()
  })
})

test('LISTEN and UNLISTEN are recognised in either kind of message, and nothing else is', () => {
  const command = (sql: string) => listenCommand(queryMessage(sql))
  expect(command('LISTEN News;')).toEqual({ listen: true, channel: 'news' })
  expect(command('listen "A ""b"""')).toEqual({ listen: true, channel: 'A "b"' })
  expect(command('unlisten *')).toEqual({ listen: false, channel: undefined })
  expect(listenCommand(parse('s', 'listen x'))).toEqual({ listen: true, channel: 'x' })
  for (const sql of ["select 'listen x'", 'listen', 'listen x; select 1']) expect(command(sql)).toBeUndefined()
})

test('an answer ends with the status of its session', () => {
  expect(['I', 'T', 'E'].map((status) => statusOf(ready(status)))).toEqual(['idle', 'open', 'failed'])
  expect(statusOf(queryMessage('Z'))).toBeUndefined()
  expect(statusOf(new Uint8Array(0))).toBeUndefined()
})

test('notifications are taken out of answers and reach who listens', async () => {
  const channels = new Channels()
  const heard: string[] = []
  const handler = ({ channel, payload }: { channel: string; payload: string }) => heard.push(`${channel}: ${payload}`)
  const answer = Buffer.concat([notification('a', 'é'), frame(0x43, 'SELECT 1'), notification('b', ''), ready('I')])
  expect(channels.filter(answer)).toBe(answer)
  expect([channels.add('a', handler), channels.add('a', () => {})]).toEqual([true, false])
  expect(channels.filter(answer)).toEqual(Buffer.concat([frame(0x43, 'SELECT 1'), ready('I')]))
  await Promise.resolve()
  expect(heard).toEqual(['a: é'])
})

test('an answer comes out of the buffer as it went in, whatever its size', () => {
  const output = new OutputBuffer()
  for (const size of [10, 200_000, 0, 65_536, 3]) {
    const piece = new Uint8Array(size).map((_, i) => i % 251)
    output.append(piece.subarray(0, size >> 1))
    output.append(piece.subarray(size >> 1))
    const { bytes, length } = output.take()
    expect(Buffer.from(bytes, 0, length).equals(piece)).toBe(true)
  }
})
