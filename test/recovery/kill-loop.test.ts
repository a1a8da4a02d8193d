import { createHash, randomUUID } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { open } from 'cellar'
import { expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from '../support/databases.ts'
import { randomPicture } from '../support/pictures.ts'
import { descendantsOf, isRunning, type Program, startCli } from '../support/programs.ts'
import { connectSql, type Sql } from '../support/sql.ts'
import { notes, pictures } from './app/pictures.ts'

/** The definition of done asks for 30; CI makes fewer of them. */
const KILLS = Number(process.env.CELLAR_KILLS ?? 6)
const APP = join(import.meta.dirname, 'app', 'pictures.ts')
const FILE = /^([0-9a-f]{64})\.\w+$/

interface PictureRow {
  readonly id: string
  readonly photo: string
  readonly title: string
  readonly thumb: string | null
  readonly loud: string | null
  readonly later: string | null
}
/** What a client knows of a row that it wrote: what it sent last, and what may have happened without an answer. */
interface Known {
  readonly sha256: string
  /** Titles that the row may have: the last acknowledged one and those sent since. */
  titles: string[]
  state: 'acknowledged' | 'deleting' | 'deleted'
}
interface Ledger {
  readonly pictures: Map<string, Known>
  readonly notes: Map<string, string>
  /** Jobs by the row that they insert. */
  readonly jobs: Map<string, { readonly url: string; readonly title: string; readonly sha256: string }>
  readonly refused: string[]
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

test(`${KILLS} times kill -9 under load lose nothing that was acknowledged`, {
  timeout: 60_000 + KILLS * 20_000,
}, async () => {
  await using database = await testDatabase()
  await prepare(database)
  const ledger: Ledger = { pictures: new Map(), notes: new Map(), jobs: new Map(), refused: [] }
  const checked = new Set<string>()
  for (let kill = 0; kill < KILLS; kill += 1) {
    const server = startCli(['serve', APP, '--port', '0'], database.env)
    const url = await server.line()
    if (kill > 0) await checkRows(url, database, ledger, checked)
    const load = new Load(url, ledger)
    // A busy machine takes a while to acknowledge anything, and then there would be nothing to lose.
    const known = ledger.pictures.size
    await expect.poll(() => ledger.pictures.size, { timeout: 20_000 }).toBeGreaterThan(known)
    await delay(200 + Math.random() * 1800)
    await killAll(server)
    await load.stop()
    expect((await drafts(database)).length).toBeLessThan(100)
  }
  await using server = startCli(['serve', APP, '--port', '0'], database.env)
  const url = await server.line()
  await checkRows(url, database, ledger, checked)
  await checkJobs(url, ledger)
  await expect.poll(() => waitingCells(url), { timeout: 40_000, interval: 500 }).toBe(0)
  await checkRows(url, database, ledger, checked)
  await using sql = await connectSql(database)
  await checkVersions(sql)
  const before = ledger.pictures.size
  await expect.poll(() => unfinishedJobs(sql), { timeout: 40_000 }).toEqual([])
  // Whoever stores the next file clears away what the dead ones left.
  const last = new Load(url, ledger)
  await expect.poll(() => ledger.pictures.size, { timeout: 30_000 }).toBeGreaterThan(before)
  await last.stop()
  await expect.poll(() => drafts(database), { timeout: 10_000 }).toEqual([])
  expect(ledger.refused).toEqual([])
  const { acknowledged, deleted } = countStates(ledger)
  const figures = {
    mode: database.mode,
    kills: KILLS,
    pictures: acknowledged,
    deleted,
    notes: ledger.notes.size,
    jobs: ledger.jobs.size,
  }
  console.info(JSON.stringify(figures))
  expect(Math.min(acknowledged, deleted, ledger.notes.size, ledger.jobs.size)).toBeGreaterThan(0)
})

async function prepare(database: TestDatabase): Promise<void> {
  await using cellar = await open(database.options)
  await cellar.apply([pictures, notes])
}

/** Nothing that the server started outlives it. */
async function killAll(server: Program): Promise<void> {
  const started = descendantsOf(server.pid)
  await server.kill('SIGKILL')
  await expect.poll(() => started.filter(isRunning), { timeout: 10_000 }).toEqual([])
}

/** Clients that write until the server is gone. An answer that never came says nothing; any answer but success is a mistake. */
class Load {
  readonly #ended: Promise<unknown>
  #stopped = false
  readonly #url: string
  readonly #ledger: Ledger

  constructor(url: string, ledger: Ledger) {
    this.#url = url
    this.#ledger = ledger
    const clients = [
      ...Array.from({ length: 3 }, () => () => this.#insertPicture()),
      ...Array.from({ length: 3 }, () => () => this.#insertNote()),
      ...Array.from({ length: 2 }, () => () => this.#update()),
      () => this.#delete(),
      () => this.#insertInBackground(),
      () => this.#insertInBackground(),
    ]
    this.#ended = Promise.all(clients.map((client) => this.#repeat(client)))
  }

  async stop(): Promise<void> {
    this.#stopped = true
    await this.#ended
  }

  async #repeat(client: () => Promise<void>): Promise<void> {
    while (!this.#stopped) {
      try {
        await client()
      } catch (error) {
        // `fetch failed`: the server is gone, before or while it answered.
        if (!(error instanceof TypeError)) throw error
        return
      }
    }
  }

  async #send<T>(path: string, status: number, body: FormData | object): Promise<T> {
    const isForm = body instanceof FormData
    const response = await fetch(`${this.#url}api${path}`, {
      method: 'POST',
      body: isForm ? body : JSON.stringify(body),
      headers: isForm ? {} : { 'content-type': 'application/json' },
    })
    const text = await response.text()
    if (response.status !== status) this.#ledger.refused.push(`${path} ${response.status} ${text}`)
    return JSON.parse(text) as T
  }

  #form() {
    const [id, title] = [randomUUID(), `Title ${randomUUID()}`]
    // The big ones go through files while they arrive.
    const photo = Math.random() < 0.25 ? randomPicture(400, 300) : randomPicture()
    const form = new FormData()
    for (const [name, value] of Object.entries({ id, title })) form.append(name, value)
    form.append('photo', new Blob([photo]), 'photo.png')
    return { id, title, form, sha256: sha256(photo) }
  }

  async #insertPicture() {
    const { id, title, form, sha256 } = this.#form()
    const row = await this.#send<PictureRow>('/pictures', 200, form)
    expect(row).toMatchObject({ id, title, loud: title.toUpperCase(), thumb: expect.any(String) })
    this.#ledger.pictures.set(id, { sha256, titles: [title], state: 'acknowledged' })
  }

  async #insertInBackground() {
    const { id, title, form, sha256 } = this.#form()
    const job = await this.#send<{ job_url: string }>('/background', 202, form)
    this.#ledger.jobs.set(id, { url: new URL(job.job_url, this.#url).pathname, title, sha256 })
  }

  async #insertNote() {
    const [id, text] = [randomUUID(), randomUUID().repeat(1 + Math.random() * 20)]
    await this.#send('/notes', 200, { id, text })
    this.#ledger.notes.set(id, text)
  }

  async #update() {
    const id = pick(this.#ledger.pictures)
    const known = id === undefined ? undefined : this.#ledger.pictures.get(id)
    if (known?.state !== 'acknowledged') return delay(5)
    const title = `Title ${randomUUID()}`
    known.titles.push(title)
    // Another client may be changing the row; whose answer comes last does not say whose write did.
    const others = known.titles.length > 2
    const row = await this.#ifFound(this.#send<{ code?: string }>('/update', 200, { id, title }))
    if (row && !others && known.titles.at(-1) === title) known.titles = [title]
    return undefined
  }

  async #delete() {
    await delay(30)
    const id = pick(this.#ledger.pictures)
    const known = id === undefined ? undefined : this.#ledger.pictures.get(id)
    if (known?.state !== 'acknowledged') return
    known.state = 'deleting'
    await this.#send('/delete', 200, { id })
    known.state = 'deleted'
  }

  /** A row that is being deleted may be gone for an update. */
  async #ifFound<T extends { readonly code?: string }>(answer: Promise<T>): Promise<T | undefined> {
    const row = await answer
    if (row.code !== 'ROW_NOT_FOUND') return row
    this.#ledger.refused.pop()
    return undefined
  }
}

function pick(map: ReadonlyMap<string, unknown>): string | undefined {
  const keys = [...map.keys()]
  return keys[Math.floor(Math.random() * keys.length)]
}

/** Every row, page by page. */
async function all<R>(url: string, path: string): Promise<R[]> {
  const rows: R[] = []
  for (let after: string | null = null; ; ) {
    const response: Response = await fetch(`${url}api${path}`, {
      method: 'POST',
      body: JSON.stringify({ limit: 1000, after }),
      headers: { 'content-type': 'application/json' },
    })
    expect(response.status).toBe(200)
    const page = (await response.json()) as { readonly rows: R[]; readonly next: string | null }
    rows.push(...page.rows)
    after = page.next
    if (after === null) return rows
  }
}

async function checkRows(url: string, { home }: TestDatabase, ledger: Ledger, checked: Set<string>): Promise<void> {
  const rows = new Map((await all<PictureRow>(url, '/pictures/all')).map((row) => [row.id, row]))
  for (const [id, known] of ledger.pictures) {
    const row = rows.get(id)
    if (known.state === 'acknowledged') expect(row, `acknowledged picture ${id}`).toBeDefined()
    if (known.state === 'deleted') expect(row, `deleted picture ${id}`).toBeUndefined()
    if (row) expect(known.titles).toContain(row.title)
    if (row) expect(basename(row.photo)).toMatch(new RegExp(`^${known.sha256}`))
  }
  const files = await storedFiles(home)
  for (const row of rows.values()) {
    // Acknowledged or not: what is there is whole.
    expect(row).toMatchObject({ loud: row.title.toUpperCase(), thumb: expect.any(String) })
    expect([null, row.title.toUpperCase()]).toContain(row.later)
    for (const media of [row.photo, row.thumb as string]) await checkFile(files, basename(media), checked)
  }
  const stored = new Map(
    (await all<{ id: string; text: string; size: number }>(url, '/notes/all')).map((row) => [row.id, row]),
  )
  for (const [id, text] of ledger.notes) expect(stored.get(id), `acknowledged note ${id}`).toMatchObject({ text })
  for (const { text, size } of stored.values()) expect(size).toBe(text.length)
}

async function checkFile(files: ReadonlyMap<string, string>, name: string, checked: Set<string>): Promise<void> {
  if (checked.has(name)) return
  const path = files.get(name)
  expect(path, `the file of ${name}`).toBeDefined()
  expect(sha256(await readFile(path ?? ''))).toBe(FILE.exec(name)?.[1])
  checked.add(name)
}

async function storedFiles(home: string): Promise<Map<string, string>> {
  const entries = await readdir(join(home, 'media'), { recursive: true, withFileTypes: true })
  return new Map(
    entries.filter(({ name }) => FILE.test(name)).map(({ name, parentPath }) => [name, join(parentPath, name)]),
  )
}

/** Files that were being received. */
const drafts = async ({ home }: TestDatabase) => {
  const entries = await readdir(join(home, 'media'), { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile() && !FILE.test(entry.name)).map(({ name }) => name)
}

async function checkJobs(url: string, ledger: Ledger): Promise<void> {
  for (const [id, { url: path, title, sha256 }] of ledger.jobs) {
    const job = async () =>
      (await (await fetch(new URL(`${path}?wait=25`, url))).json()) as {
        status: string
        result: PictureRow
        error: unknown
      }
    const { status, result, error } = await job()
    expect({ status, error }, `job of ${id}`).toEqual({ status: 'done', error: null })
    expect(result).toMatchObject({ id, title, loud: title.toUpperCase() })
    ledger.pictures.set(id, { sha256, titles: [title], state: 'acknowledged' })
  }
}

async function waitingCells(url: string): Promise<number> {
  return (await all<PictureRow>(url, '/pictures/all')).filter((row) => row.later === null).length
}

const unfinishedJobs = (sql: Sql) => sql.rows(`select id, state, error from cellar.jobs where state <> 'done'`)

/** Each row of the history ends where the next begins; the last one where the live row begins, or with the delete. */
async function checkVersions(sql: Sql): Promise<void> {
  const broken = await sql.rows(`
    with row_versions as (
      select _rowid, _version, _ended from cellar_data."pictures$history"
      union all select _rowid, _version, null from cellar_data.pictures),
    chain as (select *, lead(_version) over w as next from row_versions window w as (partition by _rowid order by _version))
    select * from chain where _ended <= _version or (next is not null and _ended is distinct from next)`)
  expect(broken).toEqual([])
  // A version is one operation: one row here, since every request writes one.
  const shared = await sql.rows(`
    select _version, count(*) from (
      select _version from cellar_data."pictures$history" union all select _version from cellar_data.pictures
      union all select _version from cellar_data.notes) v group by _version having count(*) > 1`)
  expect(shared).toEqual([])
  const unknown = await sql.rows(`
    select _version from (select _version from cellar_data.pictures union select _version from cellar_data.notes) v
    where not exists (select 1 from cellar.versions where version = _version)`)
  expect(unknown).toEqual([])
}

function countStates({ pictures }: Ledger) {
  const states = Map.groupBy(pictures.values(), ({ state }) => state)
  return { acknowledged: states.get('acknowledged')?.length ?? 0, deleted: states.get('deleted')?.length ?? 0 }
}
