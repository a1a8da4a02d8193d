import { type AppShape, TABLES_PER_FILE } from './app-shape.ts'
import { columnName, fileOfTable, tableFile } from './generate-tables.ts'

/** The files of an app by name: table files, routers, a script, a client, and a Hono app that mounts the routers. */
export function generateApp(shape: AppShape): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  for (let file = 0; file * TABLES_PER_FILE < shape.tables; file++)
    files.set(`tables${file}.ts`, tableFile(file, shape))
  const routers = range(Math.ceil(shape.routes / shape.routesPerRouter))
  for (const router of routers) files.set(`api${router}.ts`, routerFile(router, shape))
  files.set('client.ts', clientFile(routers, shape))
  files.set('main.ts', mainFile(routers))
  files.set('script.ts', scriptFile(shape))
  return files
}

const range = (length: number) => Array.from({ length }, (_, i) => i)
const importTables = (tables: readonly number[], names: (table: number) => readonly string[]) => {
  const byFile = Map.groupBy(tables, fileOfTable)
  return [...byFile]
    .map(([file, members]) => `import { ${members.flatMap(names).join(', ')} } from './tables${file}.ts'\n`)
    .join('')
}
const routesOf = (router: number, { routes, routesPerRouter }: AppShape) =>
  range(Math.min(routesPerRouter, routes - router * routesPerRouter)).map((i) => router * routesPerRouter + i)

function routerFile(router: number, shape: AppShape): string {
  const routes = routesOf(router, shape)
  const tables = [...new Set(routes.map((route) => route % shape.tables))]
  return `import { TableRouter } from 'cellar/serve'
${importTables(tables, (table) => [`table${table}`, `query${table}`])}
export const api${router} = new TableRouter({ prefix: '/api' })
${routes.map((route) => `  ${addRoute(route, shape)}\n`).join('')}`
}

/** The five kinds of routes in turn. */
function addRoute(route: number, shape: AppShape): string {
  const table = route % shape.tables
  const outputs = `['id', 'title', 'thumb', '${columnName(table, 5)}']`
  const path = `path: '/p${route}'`
  const kinds = [
    `.addInsertRoute(table${table}, { ${path}, uploadInputs: ['photo'], outputs: ${outputs} })`,
    `.addUpdateRoute(table${table}, { ${path}, inputs: ['title', 'score'], outputs: ${outputs} })`,
    `.addDeleteRoute(table${table}, { ${path} })`,
    `.addComputeRoute(table${table}, { ${path}, uploadInputs: ['photo'], outputs: ${outputs} })`,
    `.addQueryRoute(query${table}, { ${path} })`,
  ]
  return kinds[route % kinds.length] as string
}

function clientFile(routers: readonly number[], shape: AppShape): string {
  const clients = routers.map(
    (router) => `
const client${router} = createClient<typeof api${router}>({ baseUrl: '' })
${routesOf(router, shape)
  .map((route) => callRoute(router, route))
  .join('')}`,
  )
  return `import { createClient } from 'cellar/client'
${routers.map((router) => `import type { api${router} } from './api${router}.ts'\n`).join('')}${clients.join('')}`
}

/** Calls of the kinds whose input is short: 120 of 200 routes. */
function callRoute(router: number, route: number): string {
  const call = (input: string) => `(await client${router}.call('/p${route}', ${input}))`
  if (route % 5 === 1) return `export const answer${route} = ${call(`{ id: 'x', score: 1 }`)}.title.length\n`
  if (route % 5 === 2) return `export const answer${route} = ${call(`{ id: 'x' }`)}.num_rows\n`
  if (route % 5 === 4) return `export const answer${route} = ${call(`{ text: 'x' }`)}.rows[0]?.title.length\n`
  return ''
}

function mainFile(routers: readonly number[]): string {
  return `import { Hono } from 'hono'
${routers.map((router) => `import { api${router} } from './api${router}.ts'\n`).join('')}
export const app = new Hono()
${routers.map((router) => `app.route('/r${router}', api${router})\napi${router}.get('/hello', (c) => c.json({ hello: 'world' }))\n`).join('')}`
}

/** Three statements a table: a left join, groups, and an update by a condition. */
function scriptFile(shape: AppShape): string {
  const tables = range(shape.tables)
  const statements = tables.map((table) => {
    const next = (table + 1) % shape.tables
    return `
export const joined${table} = (
  await cellar
    .from(table${table})
    .join(table${next}, (a, b) => a.id.eq(b.id), { type: 'left' })
    .where((a) => a.title.lower().eq('x').or(a.score.add(1).gt(${table})))
    .select((a, b) => ({ id: a.id, title: coalesce(b.title, 'none'), twice: a.score.mul(2) }))
    .orderBy((r) => r.twice.desc())
    .collect()
)[0]?.title
export const grouped${table} = (
  await cellar
    .from(table${table})
    .groupBy((c) => ({ title: c.title }))
    .select((c) => ({ title: c.title, n: count(), best: max(c.score) }))
    .collect()
)[0]?.best
await cellar.update(table${table}, { title: 'The cat' }, { where: (c) => c.title.eq('x') })
`
  })
  return `import { coalesce, count, max, open } from 'cellar'
${importTables(tables, (table) => [`table${table}`])}
const cellar = await open()
${statements.join('')}`
}
