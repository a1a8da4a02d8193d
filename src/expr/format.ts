import { CellarError } from '../errors/cellar-error.ts'
import type { Expr, TextExpr } from '../types/expr.ts'
import type { Kind } from '../types/kind.ts'
import { concat } from './concat.ts'

type Part<M extends null> = string | number | Expr<Kind, unknown, M>

/** `{{` and `}}`, a placeholder, or a brace without a meaning. */
const BRACES = /\{\{|\}\}|\{([^{}]*)\}|[{}]/g

/**
 * A text with `{name}`, or `{0}` for an array, replaced by values; null where a value is null. `{{` and `}}` stand for
 * braces. Values that are no text are written as `toText` writes them.
 *
 * @example
 * format('{title} ({year})', { title: c.title, year: c.taken.year() })
 *
 * @throws INVALID_DECLARATION for a placeholder without a value, and for a single brace
 */
export function format<M extends null = never>(
  template: string,
  values: Readonly<Record<string, Part<M>>> | readonly Part<M>[],
): TextExpr<M> {
  const named = values as Readonly<Record<string, Part<M>>>
  const parts: Part<M>[] = []
  let from = 0
  for (const { 0: found, 1: name, index } of template.matchAll(BRACES)) {
    parts.push(template.slice(from, index))
    from = index + found.length
    if (name === undefined && found.length === 1) throw refused(`its template has a single ${found}`)
    if (name === undefined) parts.push(found.charAt(0))
    else if (Object.hasOwn(named, name)) parts.push(named[name] as Part<M>)
    else throw refused(`its template has {${name}}, for which there is no value`)
  }
  return concat(...[...parts, template.slice(from)].filter((part) => part !== ''))
}

function refused(reason: string): CellarError<'INVALID_DECLARATION'> {
  return new CellarError('INVALID_DECLARATION', { subject: 'format', reason })
}
