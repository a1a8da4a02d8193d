import { expect, test } from 'vitest'
import { CellarError } from '../../../errors/cellar-error.ts'
import { fromFileErrorData, toFileErrorData } from './file-error.ts'

const sent = (error: unknown) => fromFileErrorData(structuredClone(toFileErrorData(error)))

test('an error of ours keeps its code, details and cause', () => {
  const cause = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', errno: -2, syscall: 'stat' })
  const error = new CellarError('MEDIA_UNREADABLE', { input: 'a.png', reason: 'there is no such file' }, { cause })
  expect(sent(error)).toMatchObject({ code: 'MEDIA_UNREADABLE', details: error.details, message: error.message })
  expect(sent(error).cause).toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'stat', message: cause.message })
})

test('any other error keeps what it says of a system call', () => {
  const error = Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' })
  expect(sent(error)).toMatchObject({ code: 'EIO', syscall: 'fsync', message: 'EIO: i/o error, fsync' })
  expect(sent('text')).toMatchObject({ message: 'text' })
})
