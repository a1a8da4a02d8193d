import { expect } from 'vitest'

export interface Problem {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: string
  readonly retryable: boolean
  readonly instance?: string
  readonly errors: readonly {
    readonly path: readonly (string | number)[]
    readonly code: string
    readonly message: string
  }[]
}

/** Never part of what a caller is told. */
const INSIDE = /\n\s+at |node:internal|\/tmp\/|\/src\/|cellar_data|select |insert into|postgres(ql)?:\/\//i

/** The problem that a response carries, in the one shape that problems have. */
export async function problemOf(response: Response): Promise<Problem> {
  const text = await response.text()
  expect([response.status, response.headers.get('content-type')], text).toEqual([
    response.status,
    'application/problem+json',
  ])
  const problem = JSON.parse(text) as Problem
  checkProblem(problem, response.status)
  return problem
}

export function checkProblem(problem: Problem, status: number): void {
  const { instance, ...rest } = problem
  // The problem of a job has no request.
  expect(instance ?? 'urn:cellar:request:x').toMatch(/^urn:cellar:request:[\w.:-]{1,64}$/)
  expect(rest).toEqual({
    type: expect.any(String),
    title: expect.any(String),
    status,
    detail: expect.any(String),
    code: expect.stringMatching(/^[A-Z_]+$/),
    retryable: expect.any(Boolean),
    errors: expect.any(Array),
  })
  expect(JSON.stringify(problem)).not.toMatch(INSIDE)
}

/** Matches an error of the library by its code. */
export const coded = (code: string, more: object = {}) => expect.objectContaining({ code, ...more })
