import type { FastifyError, FastifyInstance, FastifyReply } from 'fastify'

export interface Issue {
  readonly path: readonly (string | number)[]
  readonly message: string
}

/** An answer that is no success; thrown anywhere, sent as RFC 9457. */
export class Problem extends Error {
  readonly status: number
  readonly issues: readonly Issue[]

  constructor(status: number, detail: string, issues: readonly Issue[] = []) {
    super(detail)
    this.status = status
    this.issues = issues
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, message, issues } = problem
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail: message, errors: issues }
  return reply.code(status).type('application/problem+json').send(JSON.stringify(body))
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad request',
  404: 'Not found',
  409: 'Conflict',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Unusable values',
  500: 'Server error',
}

/** Validation errors become 422 with paths; what was not meant for callers becomes a bare 500. */
export function handleProblems(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError | Problem, request, reply) => {
    if (error instanceof Problem) return sendProblem(reply, error)
    if (error.validation) {
      const issues = error.validation.map(({ instancePath, params, message }) => {
        const name = params.missingProperty ?? params.additionalProperty
        const path = instancePath.split('/').slice(1)
        return { path: name === undefined ? path : [...path, String(name)], message: message ?? 'is not valid' }
      })
      return sendProblem(reply, new Problem(422, 'The request has unusable values.', issues))
    }
    const { statusCode = 500 } = error
    if (statusCode === 413 || error.code === 'FST_REQ_FILE_TOO_LARGE')
      return sendProblem(reply, new Problem(413, 'The body is too large.'))
    if (statusCode < 500) return sendProblem(reply, new Problem(statusCode, 'The request cannot be read.'))
    request.log.error(error)
    return sendProblem(reply, new Problem(500, 'Something went wrong.'))
  })
  app.setNotFoundHandler((request, reply) =>
    sendProblem(reply, new Problem(404, `There is no ${request.method} ${request.url.split('?', 1)[0]}.`)),
  )
}
