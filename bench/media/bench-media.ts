import { randomFillSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import sharp from 'sharp'
import { load } from '../support/load.ts'
import { type Comparison, compare } from '../support/measure.ts'
import { type ServerProcess, startServer } from '../support/server-process.ts'

const CONNECTIONS = 16
const FILES = 300
const LARGE = 300_000
const SMALL = 20_000
/** What is asked for of a large file, from within it. */
const PIECE = { start: 100_000, bytes: 65_536 }
const RANGE = { range: `bytes=${PIECE.start}-${PIECE.start + PIECE.bytes - 1}` }

interface Case {
  readonly name: string
  readonly bytes: number
  readonly count: number
  readonly headers?: Readonly<Record<string, string>>
}
const CASES: readonly Case[] = [
  { name: 'media of 300 kB', bytes: LARGE, count: 3_000 },
  { name: 'media of 20 kB', bytes: SMALL, count: 6_000 },
  { name: 'ranges of 64 KiB of media', bytes: LARGE, count: 4_000, headers: RANGE },
]

/** Stored media as a router without `auth` serves them, against the same files in a folder. */
export async function* benchMedia(databaseUrl: string, rounds: number): AsyncGenerator<Comparison> {
  const home = await mkdtemp(join(tmpdir(), 'cellar-bench-'))
  const folder = join(home, 'files')
  await mkdir(folder)
  const env = { BENCH_DATABASE_URL: databaseUrl, BENCH_HOME: home, BENCH_FOLDER: folder }
  const [ours, theirs] = await Promise.all([startServer('media/cellar.ts', env), startServer('media/fastify.ts', env)])
  const stored = new Map([
    [LARGE, await store(ours, folder, { bytes: LARGE, firstId: 0 })],
    [SMALL, await store(ours, folder, { bytes: SMALL, firstId: FILES })],
  ])
  for (const { name, bytes, count, headers = {} } of CASES) {
    const paths = stored.get(bytes) ?? []
    await assertAlike(paths[0] ?? '', headers, [ours, theirs])
    const path = (n: number) => paths[n % paths.length] ?? ''
    const side = (name: string, { port }: ServerProcess) => ({
      name,
      round: async () => (await load({ port, path, connections: CONNECTIONS, count, headers })).rate,
    })
    yield await compare(`${name}, ${CONNECTIONS} connections`, {
      unit: 'req/s',
      goal: 0.9,
      rounds,
      ours: side('cellar', ours),
      theirs: side('@fastify/static', theirs),
    })
  }
  await Promise.all([ours.close(), theirs.close()])
  await rm(home, { recursive: true, force: true })
}

/** Uploads pictures and writes them into the folder under the name that the store gives them; the paths of all. */
async function store(
  server: ServerProcess,
  folder: string,
  { bytes, firstId }: { readonly bytes: number; readonly firstId: number },
): Promise<string[]> {
  const create = { width: 160, height: 120, channels: 3, background: '#345' } as const
  const head = await sharp({ create }).jpeg().toBuffer()
  const paths: string[] = []
  for (let n = 0; n < FILES; n += 1) {
    // A picture by its beginning; nobody decodes the noise that makes it as large as it has to be.
    const picture = Buffer.concat([head, randomFillSync(Buffer.alloc(bytes - head.length))])
    const form = new FormData()
    form.append('id', String(firstId + n))
    form.append('photo', new Blob([picture]), 'photo.jpg')
    const answer = await fetch(`http://127.0.0.1:${server.port}/photos`, { method: 'POST', body: form })
    if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`)
    const { photo } = (await answer.json()) as { photo: string }
    const { pathname } = new URL(photo)
    await writeFile(join(folder, basename(pathname)), picture)
    paths.push(pathname)
  }
  return paths
}

async function assertAlike(
  path: string,
  headers: Readonly<Record<string, string>>,
  servers: readonly ServerProcess[],
): Promise<void> {
  const answers = await Promise.all(
    servers.map(async ({ port }) => {
      const answer = await fetch(`http://127.0.0.1:${port}${path}`, { headers })
      return { status: answer.status, body: Buffer.from(await answer.arrayBuffer()) }
    }),
  )
  const [ours, theirs] = answers
  if (!ours || !theirs || ours.status !== theirs.status || !ours.body.equals(theirs.body))
    throw new Error(`${path} differs: ${answers.map(({ status, body }) => `${status}, ${body.length} bytes`)}`)
}
