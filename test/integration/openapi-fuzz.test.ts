import { Agent } from 'node:http'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { AUTHORIZATION, notes, serveEverything } from '../support/openapi-fuzz/app.ts'
import { complaintsOf } from '../support/openapi-fuzz/check-answer.ts'
import { loadOperations } from '../support/openapi-fuzz/document.ts'
import { type FuzzRequest, type Known, requestTo } from '../support/openapi-fuzz/requests.ts'
import { send } from '../support/openapi-fuzz/send.ts'
import { seedOf } from '../support/seed.ts'
import { useCellar } from '../support/use-cellar.ts'

/** For a longer hunt: `CELLAR_FUZZ_REQUESTS=50000`. */
const REQUESTS = Number(process.env.CELLAR_FUZZ_REQUESTS ?? 2500)
/** A failure names the seed that brings it back. */
const SEED = seedOf('CELLAR_FUZZ_SEED')
const ROUND = 250
const FAILURES_SHOWN = 30

const scene = useCellar([])

it(`every request is answered as the document says (seed ${SEED})`, { timeout: 3_600_000 }, async () => {
  const server = await serveEverything(scene.cellar)
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const failures = new Map<string, string>()
  const seen = new Map<number, number>()
  try {
    const operations = await loadOperations(server.url)
    const requests = requestTo(operations, await knownThings(server.url))
    for (let done = 0; done < REQUESTS; done += ROUND) {
      const numRuns = Math.min(ROUND, REQUESTS - done)
      for (const asked of fc.sample(requests, { seed: SEED + done, numRuns })) {
        const answer = await send(agent, server.port, asked).catch((error: unknown) => String(error))
        const complaints = typeof answer === 'string' ? [answer] : complaintsOf(asked, answer, operations)
        if (typeof answer !== 'string') seen.set(answer.status, (seen.get(answer.status) ?? 0) + 1)
        const where = asked.operation ? `${asked.operation.method} ${asked.operation.path}` : asked.method
        for (const complaint of complaints) {
          const body = typeof answer === 'string' ? '' : answer.body.toString().slice(0, 300)
          const key = `${where}: ${complaint}`
          if (!failures.has(key)) failures.set(key, `${key}\n  ${show(asked)}\n  ${body}`)
        }
      }
    }
    const shown = [...failures.values()].slice(0, FAILURES_SHOWN).join('\n')
    expect(failures.size, `CELLAR_FUZZ_SEED=${SEED} CELLAR_FUZZ_REQUESTS=${REQUESTS}\n${shown}`).toBe(0)
    // Requests that all fail alike would prove little.
    for (const status of [200, 202, 400, 404, 409, 422])
      expect(seen.get(status), `answers ${status}`).toBeGreaterThan(0)
    await expectAlive(server.url)
  } finally {
    agent.destroy()
    await server.close()
  }
})

const show = ({ method, target, headers, body }: FuzzRequest): string => {
  const sent = body ? ` ${body.type} ${JSON.stringify(body.bytes.toString('latin1').slice(0, 400))}` : ''
  return `${method} ${target.slice(0, 400)} ${JSON.stringify(headers).slice(0, 400)}${sent}`
}

/** A row, a file, a job and a cursor, so that some requests meet something. */
async function knownThings(url: string): Promise<Known> {
  const json = async (path: string, init?: RequestInit) =>
    (await fetch(`${url}${path}`, init)).json() as Promise<Record<string, string>>
  const pictures = await json('/mine/pictures', { headers: { authorization: AUTHORIZATION } })
  const [picture] = pictures.rows as unknown as readonly { readonly id: string; readonly photo: string }[]
  const headers = { 'content-type': 'application/json' }
  const body = JSON.stringify({ id: 1000, title: 'later' })
  const { id: job = '' } = await json('/open/later/notes', { method: 'POST', headers, body })
  await json(`/open/jobs/${job}?wait=10`)
  const { next: after = '' } = await json('/whole/notes?limit=2')
  const photo = new URL(picture?.photo ?? '')
  return {
    id: ['1', '2', '1000', picture?.id ?? '', job],
    file: [photo.pathname.split('/').at(-1) ?? ''],
    after: [after],
    order: ['a'],
    line: ['1'],
  }
}

async function expectAlive(url: string): Promise<void> {
  expect((await fetch(`${url}/health/ready`)).status).toBe(200)
  const id = 2_000_000
  await scene.cellar.delete(notes, { where: (c) => c.id.eq(id) })
  const body = JSON.stringify({ id, title: 'after all' })
  const init = { method: 'POST', body, headers: { 'content-type': 'application/json' } }
  expect((await fetch(`${url}/open/notes`, init)).status).toBe(200)
  const found = (await (await fetch(`${url}/whole/notes/${id}`)).json()) as Record<string, unknown>
  expect(found).toMatchObject({ id, title: 'after all', loud: 'AFTER ALL' })
  // Nothing of the requests became part of all objects.
  expect(Object.keys(Object.prototype)).toEqual([])
}
