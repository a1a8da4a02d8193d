import { describe, expect, it } from 'vitest'
import { CellarError } from '../../errors/cellar-error.ts'
import { toProblem } from './problem.ts'

describe('toProblem', () => {
  it('keeps what a caller can act on', () => {
    const issues = [{ path: ['title'], message: 'is required', code: 'MISSING_VALUE' }]
    const error = new CellarError('INVALID_VALUE', { subject: 'POST /photos', reason: 'title is required' }, { issues })
    expect(toProblem(error)).toEqual({
      type: 'urn:cellar:error:INVALID_VALUE',
      title: 'Invalid value',
      status: 422,
      detail: 'POST /photos has values that cannot be used: title is required.',
      code: 'INVALID_VALUE',
      retryable: false,
      errors: issues,
    })
  })

  it('says nothing about errors it does not know', () => {
    const problem = toProblem(new Error('connect to /var/run/secret failed: password=hunter2'))
    expect(problem).toMatchObject({ status: 500, code: 'INTERNAL' })
    expect(JSON.stringify(problem)).not.toMatch(/secret|hunter2/)
  })

  it.each([
    new CellarError('DATABASE_ERROR', { reason: 'column "secret" of relation does not exist' }),
    new CellarError('DATABASE_UNAVAILABLE', { reason: 'connect ECONNREFUSED secret:5432' }),
    new CellarError('FUNCTION_FAILED', { function: 'excerpt', reason: 'secret in /srv/app.ts' }),
    new CellarError('CELL_FAILED', { subject: 'photos', column: 'thumb', reason: 'secret' }),
    new CellarError('STORAGE_FULL', { subject: '/srv/secret' }),
  ])('hides the reason of $code', (error) => {
    const problem = toProblem(error)
    expect(problem.code).toBe(error.code)
    expect(JSON.stringify(problem)).not.toMatch(/secret|srv/)
  })

  it('shows why a cell failed when the reason is one of ours', () => {
    const cause = new CellarError('MEDIA_CORRUPT', { format: 'JPEG', reason: 'it ends early' })
    const error = new CellarError('CELL_FAILED', { subject: 'photos', column: 'thumb', reason: 'secret' }, { cause })
    expect(toProblem(error).detail).toBe('thumb could not be computed: The JPEG content is damaged: it ends early.')
  })

  it('tells a missing table from a missing route', () => {
    expect(toProblem(new CellarError('TABLE_NOT_FOUND', { table: 'photos' }))).toMatchObject({
      status: 409,
      code: 'SCHEMA_CHANGED',
    })
  })
})
