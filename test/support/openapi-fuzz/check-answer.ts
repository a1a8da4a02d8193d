import { Compile } from 'typebox/schema'
import { checkProblem, type Problem } from '../problems.ts'
import type { Operation } from './document.ts'
import type { FuzzRequest } from './requests.ts'
import type { Answer } from './send.ts'
import type { Schema } from './values.ts'

/** Places in code, statements and files are never part of an answer. */
const INSIDE = [/\bat [\w.<>]+ \(/, /\n\s+at /, /node_modules|node:internal/, /\bcellar_data\b|\bpg_\w+/]
const STATEMENT = /\bselect\b.+\bfrom\b|\binsert into\b|\bupdate\s+"|\bdelete from\b/i
const FOLDERS = [process.cwd(), '/tmp/', '/src/']

/** Node reads as much of an address and its headers. */
const LONGEST_TARGET = 16 * 1024

const validators = new Map<Schema, ReturnType<typeof Compile>>()

/** What is wrong about an answer; empty when it is as the document says. */
export function complaintsOf(asked: FuzzRequest, answer: Answer, operations: readonly Operation[]): string[] {
  const { status, type, body } = answer
  const text = body.toString()
  const complaints: string[] = []
  const documented = documentedStatuses(asked, operations)
  if (status >= 500) complaints.push(`answered ${status} ${codeIn(text)}`)
  else if (!documented.has(status)) complaints.push(`answered ${status} ${codeIn(text)}, which is not documented`)
  if (asked.method === 'HEAD' || status === 204 || status === 304) {
    if (body.length > 0) complaints.push(`${status} has a body`)
    return complaints
  }
  if (asked.target.startsWith('/docs') || asked.target.startsWith('/openapi.json')) return complaints
  const inside = [...INSIDE, STATEMENT].find((pattern) => pattern.test(text)) ?? FOLDERS.find((at) => text.includes(at))
  if (inside !== undefined) complaints.push(`the answer tells of the inside: ${String(inside)}`)
  if (status === 302) return complaints
  if (status >= 300) complaints.push(...problemComplaints(status, type, text))
  else if (asked.operation) complaints.push(...resultComplaints(asked.operation, answer))
  return complaints
}

function documentedStatuses(asked: FuzzRequest, operations: readonly Operation[]): Set<number> {
  const { operation, method, headers, target } = asked
  // A request without an address that makes sense, or with an endless one, reaches no operation.
  if (target.length > LONGEST_TARGET) return new Set([431])
  if (operation && headers.host === undefined) return new Set(Object.keys(operation.responses).map(Number))
  const same = operations.filter((other) => other.method === (method === 'HEAD' ? 'GET' : method))
  return new Set([200, 302, 400, 404, 405, ...same.flatMap(({ responses }) => Object.keys(responses).map(Number))])
}

function problemComplaints(status: number, type: string, text: string): string[] {
  if (type !== 'application/problem+json') return [`${status} is ${type || 'without a type'}, not a problem`]
  try {
    checkProblem(JSON.parse(text) as Problem, status)
    return []
  } catch (error) {
    return [`${status} is not a whole problem: ${String(error).slice(0, 300)}`]
  }
}

function resultComplaints({ responses }: Operation, { status, type, body }: Answer): string[] {
  const content = responses[status]?.content ?? {}
  const plain = type.split(';')[0] ?? ''
  const schema = content[plain]?.schema
  if (!schema) {
    const isKnown = Object.keys(content).some(
      (range) => range === '*/*' || range.replace('*', '') === `${plain.split('/')[0]}/`,
    )
    return isKnown ? [] : [`${status} is ${plain}, which is not documented`]
  }
  if (plain !== 'application/json') return []
  const validator = validators.get(schema) ?? Compile(schema as object)
  validators.set(schema, validator)
  const value: unknown = JSON.parse(body.toString())
  if (validator.Check(value)) return []
  const [, errors] = validator.Errors(value)
  return [`${status} is not of its schema: ${JSON.stringify(errors.slice(0, 3)).slice(0, 500)}`]
}

const codeIn = (text: string): string => /"code":"(\w+)"/.exec(text)?.[1] ?? ''
