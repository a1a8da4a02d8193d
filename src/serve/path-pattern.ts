import { CellarError } from '../errors/cellar-error.ts'

/** A route path: fixed segments and `:name` parameters, nothing else. */
export interface PathPattern {
  readonly path: string
  readonly segments: readonly PathSegment[]
  readonly parameters: readonly string[]
}

type PathSegment = { readonly text: string } | { readonly parameter: string }

const FIXED = /^[A-Za-z0-9._~!$&'()+,;=@-]+$/
const PARAMETER = /^:[A-Za-z][A-Za-z0-9_]*$/

/** @throws ROUTE_INVALID naming the route and what is wrong with its path */
export function parsePathPattern(route: string, path: unknown): PathPattern {
  const invalid = (reason: string, fix: string) =>
    new CellarError('ROUTE_INVALID', { route, option: 'path', reason, fix })
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw invalid('does not start with /', "Write it as '/photos'.")
  }
  const segments: PathSegment[] = []
  const parameters: string[] = []
  for (const text of path === '/' ? [] : path.slice(1).split('/')) {
    if (PARAMETER.test(text)) {
      const parameter = text.slice(1)
      if (parameters.includes(parameter)) throw invalid(`has :${parameter} twice`, 'Name each parameter once.')
      parameters.push(parameter)
      segments.push({ parameter })
    } else if (FIXED.test(text)) segments.push({ text })
    else throw invalid(`has the segment '${text}'`, 'Segments are plain text or :name; no wildcards, no patterns.')
  }
  return Object.freeze({ path, segments: Object.freeze(segments), parameters: Object.freeze(parameters) })
}

/** Orders patterns so that at the first difference fixed text comes before a parameter. */
export function comparePatterns(a: PathPattern, b: PathPattern): number {
  const length = Math.min(a.segments.length, b.segments.length)
  for (let i = 0; i < length; i += 1) {
    const rank = Number('parameter' in (a.segments[i] ?? {})) - Number('parameter' in (b.segments[i] ?? {}))
    if (rank !== 0) return rank
  }
  return 0
}

/** The same for patterns that match the same requests: parameter names do not tell paths apart. */
export function patternKey(path: string): string {
  return path.replaceAll(/:[^/]+/g, ':')
}

/** Whether a request path matches a pattern of Hono (`:name`, `:name?`, `:name{…}`, `*`). Used to tell 405 from 404 and to find shadowed routes. */
export function matchesPath(pattern: string, path: string): boolean {
  const wanted = pattern.split('/')
  const given = path.split('/')
  for (let i = 0; i < wanted.length; i += 1) {
    const segment = wanted[i] as string
    if (segment === '*' && i === wanted.length - 1) return true
    const text = given[i]
    if (text === undefined) return segment.startsWith(':') && segment.endsWith('?') && i === wanted.length - 1
    if (!segment.startsWith(':') && segment !== '*' && segment !== text) return false
    if (segment.startsWith(':') && text === '' && !segment.endsWith('?')) return false
  }
  return wanted.length === given.length
}
