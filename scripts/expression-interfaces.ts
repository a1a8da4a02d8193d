import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Member {
  readonly name: string
  /** With type parameters, on one line. */
  readonly signature: string
  readonly description: string
}

export interface Interface {
  readonly name: string
  readonly parents: readonly string[]
  readonly members: readonly Member[]
}

const RECEIVER = /\bthis: \w+<[^>]*>(?:, )?/
const root = join(import.meta.dirname, '..')
const sources = globSync('src/types/*.ts', { cwd: root })
  .filter((path) => !path.endsWith('.test.ts'))
  .sort()
  .map((path) => readFileSync(join(root, path), 'utf8'))

/** The interfaces of `src/types`, read from their text: laid out by the formatter, so that lines and indents tell. */
export function readInterfaces(): ReadonlyMap<string, Interface> {
  const found = sources.flatMap((text) =>
    [...text.matchAll(/^(?:export )?interface (\w+)([^{]*)\{(\}|\n[\s\S]*?^\})/gm)].map(
      ([, name = '', head = '', body = '']) => ({
        name,
        parents: parentsOf(head),
        members: membersOf(body),
      }),
    ),
  )
  return new Map(found.map((each) => [each.name, each]))
}

/** The words in quotes that a type allows, also by the name of another type. */
export function wordsOf(type: string): readonly string[] {
  const aliases = [...type.matchAll(/\b[A-Z]\w+/g)].flatMap(([name]) => {
    const alias = sources.map(
      (text) => new RegExp(`^(?:export )?type ${name} =([\\s\\S]*?)\n(?:\n|$)`, 'm').exec(text)?.[1],
    )
    return alias.filter((text) => text !== undefined)
  })
  return [type, ...aliases].flatMap((text) => [...text.matchAll(/'([^'\n]+)'/g)].map(([, word = '']) => word))
}

function parentsOf(head: string): string[] {
  const [, list] = /\bextends ([A-Z][\s\S]*)$/.exec(withoutParameters(head.trim())) ?? []
  return list === undefined ? [] : splitList(list).map((parent) => parent.replace(/<[\s\S]*$/, '').trim())
}

/** What stands between the brackets is left out, also `extends`. */
function withoutParameters(text: string): string {
  return text.startsWith('<') ? text.slice(closing(text, 0) + 1) : text
}

function membersOf(body: string): Member[] {
  const starts =
    /((?: {2}\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?) {2}(?:readonly )?(\w+)(?=[<(:?])([^\n]*(?:\n(?: {4}[^\n]*| {2}\)[^\n]*))*)/g
  return [...body.matchAll(starts)].map(([, comment = '', name = '', rest = '']) => ({
    name,
    // The receiver is no argument.
    signature: `${name}${rest.replaceAll(/\s+/g, ' ').replaceAll('( ', '(').replaceAll(', )', ')')}`.replace(
      RECEIVER,
      '',
    ),
    description: descriptionOf(comment),
  }))
}

function descriptionOf(comment: string): string {
  return comment
    .replaceAll(/^\s*\/?\*\*?\/?|\*\/\s*$/gm, '')
    .replace(/@throws[\s\S]*/, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
}

/** Position of the bracket that closes the one at `open`. An arrow closes nothing. */
export function closing(text: string, open: number): number {
  let depth = 0
  for (let index = open; index < text.length; index += 1) {
    if ('<([{'.includes(text.charAt(index))) depth += 1
    else if (')]}'.includes(text.charAt(index)) || (text[index] === '>' && text[index - 1] !== '=')) depth -= 1
    if (depth === 0) return index
  }
  throw new Error(`A bracket does not end: ${text}`)
}

/** The parts between the outer commas. */
export function splitList(text: string): string[] {
  const parts: string[] = []
  let from = 0
  for (let index = 0; index < text.length; index += 1) {
    if ('<([{'.includes(text.charAt(index))) index = closing(text, index)
    else if (text[index] === ',') {
      parts.push(text.slice(from, index).trim())
      from = index + 1
    }
  }
  const last = text.slice(from).trim()
  return last === '' ? parts : [...parts, last]
}
