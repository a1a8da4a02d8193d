import type { OutputField } from '../route-spec.ts'
import { list, type RouteChecks } from './checks.ts'

/** The output columns, in the order they were named. */
export function resolveOutputs(
  checks: RouteChecks,
  value: unknown,
  all: readonly OutputField[],
  what: string,
): readonly OutputField[] {
  if (value === undefined) return all
  const known = all.map((field) => field.name)
  const names = checks.names('outputs', value, known, what)
  if (names.length === 0) throw checks.fail('outputs', 'is empty', 'Name at least one column, or leave it out.')
  return Object.freeze(names.map((name) => all[known.indexOf(name)] as OutputField))
}

export interface ReplyOptions {
  readonly returnFile: boolean
  readonly background: boolean
  readonly handler: unknown
}

export function checkReply(checks: RouteChecks, options: ReplyOptions, outputs: readonly OutputField[]): void {
  const { returnFile, background, handler } = options
  if (background && handler !== undefined) {
    throw checks.fail('handler', 'cannot run in a job, where there is no request', 'Drop background or handler.')
  }
  if (!returnFile) return
  if (background) throw checks.fail('returnFile', 'cannot be had with background', 'Drop one of them.')
  if (handler !== undefined) throw checks.fail('returnFile', 'cannot be had with handler', 'Drop one of them.')
  const media = outputs.filter((field) => field.type.media).map((field) => field.name)
  if (media.length === 1) return
  throw checks.fail('returnFile', `needs exactly one media output; outputs have ${list(media)}`, 'Name one in outputs.')
}
