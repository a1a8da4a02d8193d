import type { Context, MiddlewareHandler } from 'hono'
import { CellarError, type Issue } from '../../errors/cellar-error.ts'
import { specOfRowSchema } from '../../schema/row-schema.ts'
import type { StandardSchema } from '../../types/standard-schema.ts'
import { queryOf } from '../request/choices.ts'
import { compileInput } from '../request/compile-input.ts'
import { readJson } from '../request/json-body.ts'
import type { RequestLimits } from '../request/limits.ts'
import { problemResponse } from '../respond/problem.ts'
import type { InputField } from '../route-spec.ts'
import type { Method } from '../route-types.ts'
import type { RouterState } from '../router-state.ts'
import type { DescribedRoute } from './description.ts'

type Read = (c: Context) => Promise<unknown>

/** Reads the input of a described route and goes on; what does not fit is answered here. */
export function compileDescribed(state: RouterState, route: DescribedRoute): MiddlewareHandler {
  const { input } = route.description
  const read = input && (readOwn(state, route, input) ?? readForeign(route, input, state.limits))
  return async (c, next) => {
    if (read) {
      try {
        c.set('input', await read(c))
      } catch (error) {
        return problemResponse(error, c)
      }
    } else c.set('input', {})
    await next()
  }
}

/** Names of a path's parameters, those with a pattern of their own too. */
export const parametersOf = (path: string): readonly string[] =>
  [...path.matchAll(/:([A-Za-z]\w*)/g)].map(([, name]) => name as string)

const inQuery = (method: string): boolean => method === 'get' || method === 'delete'

/** The fields of a schema of Cellar's own, read as those of a declared route. Files can fill media and bytes. */
export function fieldsOf({ method, path }: DescribedRoute, schema: StandardSchema): readonly InputField[] | undefined {
  const spec = specOfRowSchema(schema)
  if (spec === undefined) return undefined
  const parameters = parametersOf(path)
  return Object.entries(spec.fields).map(([name, { column, required }]) => ({
    name,
    column: { primaryKey: false, unique: false, ...column },
    source: parameters.includes(name) ? 'path' : column.type.upload && !inQuery(method) ? 'upload' : 'body',
    required,
    nullable: column.nullable,
    hasDefault: false,
  }))
}

function readOwn(state: RouterState, route: DescribedRoute, schema: StandardSchema): Read | undefined {
  const inputs = fieldsOf(route, schema)
  if (inputs === undefined) return undefined
  const named = new Set(inputs.map((field) => field.name))
  const parameters = parametersOf(route.path).filter((name) => named.has(name))
  const method = route.method as Method
  const pattern = { path: route.path, parameters }
  const readInput = compileInput({ kind: 'written', method, pattern, inputs }, state.limits)
  return async (c) => {
    const input = await readInput(c, () => state.binding.context.media)
    return input.rows === undefined ? input.values : input.rows
  }
}

/** Path parameters and the query string are texts for a validator of another library; its body is JSON. */
function readForeign({ method, path }: DescribedRoute, schema: StandardSchema, limits: RequestLimits): Read {
  const names = parametersOf(path)
  const subject = `${method.toUpperCase()} ${path}`
  return async (c) => {
    const parameters = names.map((name) => [name, c.req.param(name)] as const)
    const given = inQuery(method) ? queryObject(c) : await readObject(c, limits)
    const result = await schema['~standard'].validate({ ...given, ...Object.fromEntries(parameters) })
    if (result.issues === undefined) return result.value
    const issues = result.issues.slice(0, 100).map(({ message, path: at = [] }): Issue => {
      const steps = at.map((step) => (typeof step === 'object' ? step.key : step))
      return {
        path: steps.map((step) => (typeof step === 'number' ? step : String(step))),
        message,
        code: 'INVALID_VALUE',
      }
    })
    const [first] = issues
    const reason = first ? `${first.path.join('.')} ${first.message}`.trim() : 'unusable input'
    throw new CellarError('INVALID_VALUE', { subject, reason }, { issues })
  }
}

async function readObject(c: Context, { body }: RequestLimits): Promise<object> {
  return (await readJson(c, { body }, 'application/json')).value as object
}

function queryObject(c: Context): Record<string, unknown> {
  return Object.fromEntries([...queryOf(c)].map(([name, texts]) => [name, texts.length === 1 ? texts[0] : texts]))
}
