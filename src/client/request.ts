/** What `fetch` is called with for a route. */
export interface RouteRequest {
  readonly path: string
  readonly body: FormData | string | undefined
  readonly contentType: string | undefined
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
    return { path: target + queryOf(rest), body: undefined, contentType: undefined }
  if (Object.values(rest).some(isFile)) return { path: target, body: await formOf(rest), contentType: undefined }
  return { path: target, body: JSON.stringify(rest), contentType: 'application/json' }
}

function queryOf(input: Input): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(input)) {
    if (value !== null) query.append(name, textOf(value))
  }
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

/** Text fields come before files, so that the server can refuse them before it has read the files. */
async function formOf(input: Input): Promise<FormData> {
  const form = new FormData()
  for (const [name, value] of Object.entries(input)) {
    if (isFile(value) || value === null) continue
    form.append(name, textOf(value))
  }
  for (const [name, value] of Object.entries(input)) if (isFile(value)) form.append(name, await blobOf(value))
  return form
}

const isFile = (value: unknown): value is Blob | Uint8Array | ReadableStream =>
  value instanceof Blob || value instanceof Uint8Array || value instanceof ReadableStream

async function blobOf(value: Blob | Uint8Array | ReadableStream): Promise<Blob> {
  if (value instanceof Blob) return value
  // Without this, a buffer that is shared between threads would be no part of a Blob.
  if (value instanceof Uint8Array) return new Blob([new Uint8Array(value)])
  return new Response(value).blob()
}

const textOf = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value) : String(value))
