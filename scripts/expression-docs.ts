import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Interface, type Member, readInterfaces } from './expression-interfaces.ts'
import { placeOf } from './expression-places.ts'
import { readableSignature } from './expression-signatures.ts'

/** Writes `docs/reference/expressions.md` from the interfaces of expressions; with `--check` only says whether it is current. */
const root = join(import.meta.dirname, '..')
const file = join(root, 'docs/reference/expressions.md')

const INTRODUCTION = `# Methods of expressions

Made from the interfaces in \`src/types\` by \`node --conditions=cellar:source scripts/expression-docs.ts\`. Where an
operand is null, so is the result, unless a method says otherwise; a result that is null for other reasons too is
written \`| null\`. Operands are values or expressions.

*both*: Postgres evaluates it in queries, JavaScript in computed columns and beside functions, with equal answers.
*JavaScript*: no SQL is proven to give the same answer; a query evaluates it for the rows that the rest of its condition
leaves.
`
/** Kinds of the interfaces that are not named after theirs. */
const KINDS: Readonly<Record<string, readonly string[]>> = { TextExpr: ['string'], NumExpr: ['int', 'float'] }

interface Section {
  readonly kinds: readonly string[]
  readonly members: readonly Member[]
}

export function expressionDocs(): string {
  const sections = sectionsOf(readInterfaces()).map(
    ({ kinds, members }) =>
      `## ${kinds.join(', ')}\n\n| method | | where |\n|---|---|---|\n${members.map((each) => rowOf(kinds, each)).join('\n')}\n`,
  )
  return `${INTRODUCTION}\n${[...sections, functionsSection()].join('\n')}`
}

/** What several kinds share comes first, then what a kind has of its own. */
function sectionsOf(interfaces: ReadonlyMap<string, Interface>): Section[] {
  const kinds = new Map<string, Set<string>>()
  for (const name of interfaces.keys()) {
    if (!/.Expr$/.test(name) || name === 'AnyExpr') continue
    for (const part of lineage(name, interfaces)) {
      const known = kinds.get(part) ?? new Set()
      for (const kind of KINDS[name] ?? [name.replace('Expr', '').toLowerCase()]) known.add(kind)
      kinds.set(part, known)
    }
  }
  const byKinds = new Map<string, Member[]>()
  for (const [name, of] of kinds) {
    const members = interfaces.get(name)?.members ?? []
    const key = [...of].join(' ')
    byKinds.set(key, [...(byKinds.get(key) ?? []), ...members])
  }
  return [...byKinds]
    .map(([key, members]) => ({ kinds: key.split(' '), members }))
    .filter(({ members }) => members.length > 0)
    .sort((a, b) => b.kinds.length - a.kinds.length)
}

function lineage(name: string, interfaces: ReadonlyMap<string, Interface>): string[] {
  const parents = interfaces.get(name)?.parents ?? []
  return [name, ...parents.flatMap((parent) => lineage(parent, interfaces))]
}

function rowOf(kinds: readonly string[], member: Member): string {
  const signature = readableSignature(member.name, member.signature)
  return `| ${code(signature)} | ${cell(member.description)} | ${placesOf(kinds, member)} |`
}

/** Kinds are named where they differ. */
function placesOf(kinds: readonly string[], member: Member): string {
  const places = Map.groupBy(kinds, (kind) => placeOf(kind, member))
  places.delete(undefined)
  const all = [...places].sort(([, a], [, b]) => b.length - a.length)
  const [first, ...others] = all
  if (!first)
    throw new Error(`No arguments were found that ${member.signature} takes; add some to expression-places.ts.`)
  const named = all.map(([place, of]) => `${of.join(', ')}: ${place}`)
  if (others.length === 0) return first[1].length === kinds.length ? String(first[0]) : String(named[0])
  return [first[0], ...named.slice(1)].join('; ')
}

/** Functions of the public entry that take expressions and give one for the same row. */
function functionsSection(): string {
  const index = readFileSync(join(root, 'src/public/index.ts'), 'utf8')
  const exported = [...index.matchAll(/^export \{([^}]*)\} from '\.\.\/expr\/(?!aggregate|define-|subqueries)/gm)]
    .flatMap(([, names = '']) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '' && !name.startsWith('type '))
  const sources = globSync('src/expr/*.ts', { cwd: root }).map((path) => readFileSync(join(root, path), 'utf8'))
  const rows = exported.sort().map((name) => {
    const comment = new RegExp(`/\\*\\*((?:(?!\\*/)[\\s\\S])*)\\*/\\nexport function ${name}\\b`)
    const [text = ''] = sources.flatMap((source) => comment.exec(source)?.[1] ?? [])
    const [description = '', example = ''] = text.replaceAll(/^ \*[ ]?/gm, '').split(/@example\n/)
    return `| ${code(example.trim().split('\n')[0] ?? '')} | ${cell(description.replaceAll(/\s+/g, ' ').trim())} |`
  })
  return `## Functions\n\nThey are evaluated where their operands are.\n\n| for example | |\n|---|---|\n${rows.join('\n')}\n`
}

const cell = (text: string) => text.replaceAll('|', '\\|')
const code = (text: string) => `\`${cell(text)}\``

if (import.meta.main) {
  const text = expressionDocs()
  if (!process.argv.includes('--check')) writeFileSync(file, text)
  else if (readFileSync(file, 'utf8') !== text) {
    console.error(
      'docs/reference/expressions.md is behind the interfaces: run `node --conditions=cellar:source scripts/expression-docs.ts`.',
    )
    process.exit(1)
  }
}
