import { closing, splitList } from './expression-interfaces.ts'

const KINDS: Readonly<Record<string, string>> = { Text: 'string', Num: 'number', BigInt: 'bigint' }

const PARAMETERS: Readonly<Record<string, string>> = { OV: 'value', V: 'value', Q: 'values | query', P: 'steps' }

/** A signature as people read it: kinds of expressions instead of their interfaces, without type parameters. */
export function readableSignature(name: string, signature: string): string {
  let rest = signature.slice(name.length)
  if (rest.startsWith('<')) rest = rest.slice(closing(rest, 0) + 1)
  return readable(`${name}${rest}`)
    .replaceAll(/\b(?:OV|V|Q|P)\b/g, (type) => PARAMETERS[type] ?? type)
    .replaceAll(/\b(\w+) \| \1\b/g, '$1')
    .replaceAll(/\breadonly /g, '')
    .replace("Lift<value>['~null']", 'value | null')
}

function readable(text: string): string {
  const [found] = /\b\w*(?:Expr|Operand)\b(?:<|(?=\W|$))/.exec(text) ?? []
  if (found === undefined) return text.replaceAll(/\bconst \b/g, '')
  const at = text.search(/\b\w*(?:Expr|Operand)\b(?:<|(?=\W|$))/)
  const open = at + found.length - 1
  if (!found.endsWith('<')) return text.slice(0, at) + kindOf(found, []) + readable(text.slice(at + found.length))
  const close = closing(text, open)
  const kind = kindOf(found.slice(0, -1), splitList(text.slice(open + 1, close)))
  return text.slice(0, at) + kind + readable(text.slice(close + 1))
}

/** `null` is named where it does not come from an operand. */
function kindOf(type: string, [first = '', second]: readonly string[]): string {
  const name = type.replace(/Expr$/, '')
  const quoted = first.replaceAll("'", '')
  if (name === 'TextOperand') return 'string'
  if (name === '') return /^'/.test(first) ? quoted : 'expression'
  if (name === 'Num') return `${first.startsWith("'") && !first.includes('|') ? quoted : 'number'}${ifNull(second)}`
  if (name === 'Array') return `${first.includes('|') ? `(${first})` : first}[]${ifNull(second)}`
  if (name === 'Json') return `json${ifNull(second)}`
  return `${KINDS[name] ?? name.toLowerCase()}${ifNull(first)}`
}

const ifNull = (nulls: string | undefined) => (nulls === 'null' ? ' | null' : '')
