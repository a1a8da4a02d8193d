import type { StoredMedia } from '../media/stored-media.ts'
import type { Row } from '../schema/row-codec.ts'
import { refusedMedia } from './cell-error.ts'
import { type ChangePlan, changePlan } from './change-plan.ts'
import type { StoreContext } from './context.ts'
import { ingestRows } from './evaluate.ts'
import { parseChanges } from './parse-changes.ts'
import { isRecord, parseValue, type RowIssue, rowError } from './parse-row.ts'
import { encodeRow, mediaOf } from './staged-batch.ts'
import { UnusableRow } from './unusable-row.ts'
import type { BatchUpdateOptions } from './write-options.ts'
import type { WritePlan } from './write-plan.ts'
import type { WriteError } from './write-result.ts'

/** One row of a batch update: which row, and what it sets. */
export interface KeyedChange {
  readonly index: number
  readonly key: Row
  /** Equal keys have equal texts. */
  readonly keyText: string
  readonly values: Row
  readonly change: ChangePlan
  readonly media: readonly StoredMedia[]
}

export interface ParsedChanges {
  readonly changes: readonly KeyedChange[]
  readonly invalid: readonly WriteError[]
}

/** Reads the rows of a batch update and stores their media. With `onInvalid: 'skip'` bad ones are listed, else thrown. */
export async function parseKeyedChanges(
  context: StoreContext,
  plan: WritePlan,
  inputs: readonly unknown[],
  options: BatchUpdateOptions,
): Promise<ParsedChanges> {
  const changes: KeyedChange[] = []
  const invalid: WriteError[] = []
  const seen = new Map<string, number>()
  for (const [index, input] of inputs.entries()) {
    if (input instanceof UnusableRow) {
      if (options.onInvalid !== 'skip') throw input.error
      invalid.push({ index, ...input.fault })
      continue
    }
    const issues: RowIssue[] = []
    const parsed = parseKeyedChange(plan, input, options, issues)
    const earlier = parsed && seen.get(parsed.keyText)
    if (earlier !== undefined) {
      const message = `Row ${earlier} names the same key.`
      issues.push({ path: [plan.key[0]?.name ?? ''], code: 'INVALID_VALUE', message })
    }
    if (parsed && earlier === undefined) {
      seen.set(parsed.keyText, index)
      changes.push({ ...parsed, index, media: [] })
    } else refuse(rowError(plan, issues, index), index, issues[0]?.path[0], options, invalid)
  }
  return { changes: await storeMedia(context, plan, changes, options, invalid), invalid }
}

function parseKeyedChange(plan: WritePlan, input: unknown, options: BatchUpdateOptions, issues: RowIssue[]) {
  const key: Row = {}
  for (const column of plan.key) {
    const value = isRecord(input) && Object.hasOwn(input, column.name) ? input[column.name] : undefined
    if (value === undefined || value === null) {
      issues.push({
        path: [column.name],
        code: 'MISSING_VALUE',
        message: `${column.name} needs a value: it says which row.`,
      })
    } else key[column.name] = options.validated ? value : parseValue(column, value, issues)
  }
  const parsed = parseChanges(plan, input, { validated: options.validated, expressions: false }, issues)
  if (parsed === undefined || issues.length > 0) return undefined
  const values = { ...parsed.values }
  for (const { name } of plan.key) delete values[name]
  return { key, keyText: keyText(plan, key), values, change: changePlan(plan, Object.keys(values)) }
}

/** Equal keys have equal texts. */
export function keyText(plan: WritePlan, key: Row): string {
  return JSON.stringify(encodeRow(plan.key, key).map(String))
}

async function storeMedia(
  context: StoreContext,
  plan: WritePlan,
  changes: readonly KeyedChange[],
  options: BatchUpdateOptions,
  invalid: WriteError[],
): Promise<readonly KeyedChange[]> {
  if (plan.media.length === 0) return changes
  const { refused, media } = await ingestRows(
    context,
    plan,
    changes.map(({ values }) => values),
    options,
  )
  const bad = new Set<number>()
  for (const failure of refused) {
    const { index } = changes[failure.index] as KeyedChange
    bad.add(failure.index)
    refuse(refusedMedia(plan, failure, index), index, failure.column, options, invalid)
  }
  return changes
    .map((change, position) => ({ ...change, media: mediaOf(new Map([[position, media.get(position) ?? []]])) }))
    .filter((_, position) => !bad.has(position))
}

function refuse(
  error: unknown,
  index: number,
  column: unknown,
  options: BatchUpdateOptions,
  invalid: WriteError[],
): void {
  if (options.onInvalid !== 'skip') throw error
  const { code, message, retryable } = error as { code: string; message: string; retryable: boolean }
  invalid.push({ index, ...(column === undefined ? {} : { column: String(column) }), code, message, retryable })
}
