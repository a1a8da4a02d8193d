/** Runs in the browser as it stands; everything it shows is put in as text, never as markup. */
export const SCRIPT = `
'use strict'
const el = (tag, props = {}, ...children) => {
  const node = Object.assign(document.createElement(tag), props)
  node.append(...children)
  return node
}
const plain = (schema) => schema.anyOf ? schema.anyOf.find((s) => s.type !== 'null') ?? {} : schema
const isFile = (schema) => plain(schema).format === 'binary'
const typeOf = (schema) => {
  const s = plain(schema)
  const name = isFile(schema) ? 'file' : s.format ? s.type + ' (' + s.format + ')' : Array.isArray(s.type) ? s.type.join(' | ') : s.type ?? 'any JSON'
  return name + (schema.anyOf ? ' | null' : '')
}
const root = (doc) => doc.servers?.[0]?.url ? new URL(doc.servers[0].url, location.href).pathname.replace(/\\/$/, '') : ''
const quote = (text) => "'" + text.replaceAll("'", "'\\\\''") + "'"

function fieldsOf(operation) {
  const fields = (operation.parameters ?? []).map((p) => ({ name: p.name, where: p.in, required: p.required, schema: p.schema, about: p.description }))
  const content = operation.requestBody?.content ?? {}
  const type = Object.keys(content)[0]
  const whole = content[type]?.schema
  const schema = whole?.oneOf?.[0] ?? whole
  for (const [name, property] of Object.entries(schema?.properties ?? {}))
    fields.push({ name, where: 'body', required: schema.required?.includes(name), schema: property, about: property.description })
  return { fields, form: type === 'multipart/form-data' && fields.some((f) => f.where === 'body' && isFile(f.schema)) }
}

function inputFor(field) {
  const s = plain(field.schema)
  if (isFile(field.schema)) return el('input', { type: 'file', accept: s.contentMediaType === 'application/octet-stream' ? '' : s.contentMediaType ?? '' })
  if (s.type === 'boolean') return el('select', {}, el('option', { value: '' }), el('option', { value: 'true', textContent: 'true' }), el('option', { value: 'false', textContent: 'false' }))
  if (s.enum) return el('select', {}, el('option', { value: '' }), ...s.enum.map((v) => el('option', { value: v, textContent: String(v) })))
  const value = field.schema.default === undefined ? '' : typeof field.schema.default === 'string' ? field.schema.default : JSON.stringify(field.schema.default)
  if (s.type === 'string' || s.type === 'integer' || s.type === 'number') return el('input', { type: 'text', placeholder: value })
  return el('textarea', { placeholder: value || '{ }', spellcheck: false })
}

function valueOf(field, input) {
  const text = input.value
  if (text === '') return undefined
  const s = plain(field.schema)
  if (s.type === 'string') return text
  try { return JSON.parse(text) } catch { return text }
}

function requestOf(base, path, method, given, form) {
  let target = base + path
  const query = new URLSearchParams()
  const body = {}
  const files = {}
  for (const { field, input } of given) {
    if (isFile(field.schema)) { if (input.files[0]) files[field.name] = input.files[0]; continue }
    const value = valueOf(field, input)
    if (value === undefined) continue
    if (field.where === 'path') target = target.replace('{' + field.name + '}', encodeURIComponent(input.value))
    else if (field.where === 'query') query.append(field.name, input.value)
    else body[field.name] = value
  }
  if (query.size) target += '?' + query
  const hasBody = given.some(({ field }) => field.where === 'body')
  if (!hasBody) return { target, init: { method }, curl: 'curl' + (method === 'GET' ? '' : ' -X ' + method) + ' ' + quote(new URL(target, location.href).href) }
  const url = quote(new URL(target, location.href).href)
  if (form) {
    const data = new FormData()
    const parts = []
    for (const [name, value] of Object.entries(body)) {
      const text = typeof value === 'string' ? value : JSON.stringify(value)
      data.append(name, text)
      parts.push('-F ' + quote(name + '=' + text))
    }
    for (const [name, file] of Object.entries(files)) { data.append(name, file); parts.push('-F ' + quote(name + '=@' + file.name)) }
    for (const { field } of given) if (isFile(field.schema) && !files[field.name] && field.required) parts.push('-F ' + quote(field.name + '=@file'))
    return { target, init: { method, body: data }, curl: ['curl' + (method === 'POST' ? '' : ' -X ' + method) + ' ' + url, ...parts].join(' \\\\\\n  ') }
  }
  const json = JSON.stringify(body)
  return { target, init: { method, body: json, headers: { 'content-type': 'application/json' } }, curl: 'curl' + (method === 'POST' ? '' : ' -X ' + method) + ' ' + url + " \\\\\\n  -H 'content-type: application/json' \\\\\\n  -d " + quote(json) }
}

// How the typed client calls the route: its paths are those below the prefix, which its base address contains.
function clientCallOf(base, path, method, own, several, given) {
  const shown = own.replace(/:(\\w+)(\\{[^/]*\\})?\\??/g, '{$1}')
  const prefix = own === '/' ? path.replace(/^\\/$/, '') : path.slice(0, path.length - shown.length)
  const key = (name) => /^[A-Za-z_$][\\w$]*$/.test(name) ? name : quoted(name)
  const quoted = (text) => "'" + JSON.stringify(text).slice(1, -1).replaceAll('\\\\"', '"').replaceAll("'", "\\\\'") + "'"
  const parts = []
  for (const { field, input } of given) {
    if (isFile(field.schema)) { if (field.required || input.files[0]) parts.push(key(field.name) + ': file'); continue }
    const value = valueOf(field, input)
    if (value !== undefined) parts.push(key(field.name) + ': ' + (typeof value === 'string' ? quoted(value) : JSON.stringify(value)))
    else if (field.required) parts.push(key(field.name) + ': …')
  }
  const options = several || method !== 'post' ? ", { method: '" + method + "' }" : ''
  const object = parts.length === 0 ? '{}' : '{ ' + parts.join(', ') + ' }'
  return 'const client = createClient<typeof api>({ baseUrl: ' + quoted(new URL(base + prefix, location.href).href.replace(/\\/$/, '')) + ' })\\n'
    + 'await client.call(' + quoted(own) + ', ' + object + options + ')'
}

function copyButton(name, source) {
  const button = el('button', { type: 'button', className: 'plain', textContent: name, onclick: async () => {
    await navigator.clipboard.writeText(source.textContent)
    button.textContent = 'Copied'
    setTimeout(() => { button.textContent = name }, 1500)
  } })
  return button
}

async function show(response, out) {
  const type = response.headers.get('content-type') ?? ''
  const ok = response.ok ? '' : ' bad'
  out.replaceChildren(el('p', { className: 'status' + ok, textContent: response.status + ' ' + response.statusText }))
  if (type.startsWith('image/')) return out.append(el('img', { src: URL.createObjectURL(await response.blob()) }))
  if (!type.includes('json') && !type.startsWith('text/')) return out.append(el('p', { textContent: type + ', ' + (await response.blob()).size + ' bytes' }))
  const text = await response.text()
  let shown = text
  try { shown = JSON.stringify(JSON.parse(text), null, 2) } catch {}
  out.append(el('pre', { textContent: shown }))
  const images = new Set(text.match(/(?:https?:\\/\\/[^"\\s]+)?\\/[^"\\s]*media\\/[0-9a-f]{64}\\.(?:jpg|png|webp|gif|avif)[^"\\s]*/g) ?? [])
  for (const src of [...images].slice(0, 12)) out.append(el('img', { src, alt: '' }))
}

function operationView(base, path, method, operation, several) {
  const { fields, form } = fieldsOf(operation)
  const given = fields.map((field) => ({ field, input: inputFor(field) }))
  const out = el('div', { className: 'answer' })
  const curl = el('pre', { className: 'curl' })
  const request = () => requestOf(base, path, method.toUpperCase(), given, form)
  const own = operation['x-cellar-path']
  const call = own === undefined ? undefined : el('pre', { className: 'call' })
  const refresh = () => {
    curl.textContent = request().curl
    if (call) call.textContent = clientCallOf(base, path, method, own, several, given)
  }
  for (const { input } of given) input.addEventListener('input', refresh)
  const send = el('button', { type: 'button', textContent: 'Send', onclick: async () => {
    const { target, init } = request()
    send.disabled = true
    try { await show(await fetch(target, init), out) } catch (error) { out.replaceChildren(el('p', { className: 'bad', textContent: String(error) })) }
    send.disabled = false
  } })
  refresh()
  const answers = Object.entries(operation.responses).map(([status, r]) => status + ' ' + r.description).join('\\n')
  const result = Object.values(operation.responses)[0]?.content?.['application/json']?.schema
  return el('details', { id: operation.operationId },
    el('summary', {}, el('span', { className: 'method ' + method, textContent: method }), el('code', { textContent: path }), el('span', { textContent: operation.summary ?? '' })),
    el('div', { className: 'body' },
      ...(operation.description ? [el('p', { textContent: operation.description })] : []),
      ...given.map(({ field, input }) => el('label', {}, el('span', {}, el('b', { textContent: field.name + (field.required ? ' *' : '') }), el('i', { textContent: typeOf(field.schema) + (field.about ? ': ' + field.about : '') })), input)),
      el('div', { className: 'actions' }, send, copyButton('Copy curl', curl), ...(call ? [copyButton('Copy client call', call)] : [])), curl, ...(call ? [call] : []), out,
      el('details', {}, el('summary', { textContent: 'Answers' }), el('div', { className: 'body' }, el('pre', { textContent: answers }), ...(result ? [el('pre', { textContent: JSON.stringify(result, null, 2) })] : [])))))
}

async function start() {
  const doc = await (await fetch(new URL('openapi.json', location.href))).json()
  document.title = doc.info.title
  document.querySelector('h1').textContent = doc.info.title
  const about = document.getElementById('about')
  about.replaceChildren(doc.info.description ?? '', ' ', el('a', { href: 'openapi.json', textContent: 'openapi.json' }))
  const groups = new Map()
  for (const [path, methods] of Object.entries(doc.paths))
    for (const [method, operation] of Object.entries(methods)) {
      const tag = operation.tags?.[0] ?? 'routes'
      if (!groups.has(tag)) groups.set(tag, [])
      groups.get(tag).push(operationView(root(doc), path, method, operation, Object.keys(methods).length > 1))
    }
  const target = document.getElementById('operations')
  for (const [tag, views] of groups) target.append(el('h2', { textContent: tag }), ...views)
}
start().catch((error) => { document.getElementById('about').textContent = String(error) })
`
