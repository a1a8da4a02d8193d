import { isFile, openFile, streamForm } from './files.ts'

/** What `fetch` is called with for a route. */
export interface RouteRequest {
  readonly path: string
  readonly body: FormData | string | ReadableStream<Uint8Array> | undefined
  readonly contentType: string | undefined
  /** Sent a second time it would be empty. */
  readonly once: boolean
}

type Input = Readonly<Record<string, unknown>>

/** Puts the input where the route takes it: path, query string, JSON or form. */
export async function buildRequest(path: string, method: string, input: Input): Promise<RouteRequest> {
  const rest: Record<string, unknown> = {}
  const used = new Set<string>()
  const target = path.replaceAll(/:([A-Za-z]\w*)/g, (_, name: string) => {
    used.add(name)
    return encodeURIComponent(textOf(input[name]))
  })
  for (const [name, value] of Object.entries(input)) if (!used.has(name) && value !== undefined) rest[name] = value
  if (method === 'get' || method === 'delete')
    return { path: target + queryOf(rest), body: undefined, contentType: undefined, once: false }
  const fields = Object.entries(rest)
  if (fields.some(([, value]) => isFile(value))) return { path: target, ...(await formOf(fields)) }
  return json(target, rest)
}

/** Several rows in one request: JSON, or a form whose fields are named after their row. */
export async function buildRowsRequest(path: string, rows: readonly Input[]): Promise<RouteRequest> {
  const fields = rows.flatMap((row, index) =>
    Object.entries(row).map(([name, value]) => [`rows[${index}].${name}`, value] as const),
  )
  if (fields.some(([, value]) => isFile(value))) {
    return { path, ...(await formOf(fields.filter(([, value]) => value !== undefined))) }
  }
  return json(path, rows)
}

const json = (path: string, value: unknown): RouteRequest => ({
  path,
  body: JSON.stringify(value),
  contentType: 'application/json',
  once: false,
})

function queryOf(input: Input): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    if (value !== null) query.append(name, textOf(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** Text fields come before files, so that the server can refuse them before it has read the files. */
async function formOf(fields: readonly (readonly [string, unknown])[]): Promise<Omit<RouteRequest, 'path'>> {
  const texts = fields
    .filter(([, value]) => value !== null && !isFile(value))
    .map(([name, value]) => [name, textOf(value)] as const)
  const files: (readonly [string, Blob | ReadableStream<Uint8Array>])[] = []
  for (const [name, value] of fields) if (isFile(value)) files.push([name, await openFile(value)])
  const streams = files.some(([, file]) => !(file instanceof Blob))
  if (streams) return { ...streamForm(texts, files), once: true }
  const form = new FormData()
  for (const [name, text] of texts) form.append(name, text)
  for (const [name, file] of files) form.append(name, file as Blob)
  return { body: form, contentType: undefined, once: false }
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
