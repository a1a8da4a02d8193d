import type { Schema } from './values.ts'

export interface Parameter {
  readonly name: string
  readonly in: 'path' | 'query' | 'header'
  readonly required: boolean
  readonly schema: Schema
  readonly example?: unknown
}

type Content = Readonly<Record<string, { readonly schema: Schema; readonly example?: unknown }>>

export interface Operation {
  readonly method: string
  readonly path: string
  readonly parameters: readonly Parameter[]
  readonly body: Content | undefined
  readonly responses: Readonly<Record<string, { readonly content?: Content }>>
}

/** The operations of an OpenAPI document, with its references in place. */
export async function loadOperations(url: string): Promise<readonly Operation[]> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Record<string, unknown>
  const resolve = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(resolve)
    if (typeof value !== 'object' || value === null) return value
    if ('$ref' in value && typeof value.$ref === 'string') {
      const steps = value.$ref.split('/').slice(1)
      return resolve(steps.reduce<unknown>((at, step) => (at as Record<string, unknown>)[step], document))
    }
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, resolve(part)]))
  }
  type Described = {
    readonly parameters?: readonly Parameter[]
    readonly requestBody?: { readonly content: Content }
    readonly responses: Operation['responses']
  }
  const paths = resolve(document.paths) as Record<string, Record<string, Described>>
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [], requestBody, responses }]) => ({
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content,
      responses,
    })),
  )
}
