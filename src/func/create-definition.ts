import { CellarError } from '../errors/cellar-error.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import { type ColumnSpec, specOfColumn } from '../types/column-spec.ts'
import type { DeclaredFunction, ReturnsFor } from './function-definition.ts'
import type { FunctionSpec } from './function-spec.ts'
import { sourceHash } from './source-hash.ts'

/** Milliseconds; long enough for a slow model, short enough that a lost answer is noticed. */
export const DEFAULT_TIMEOUT = 300_000
const DEFAULT_BATCH = 64
const MAX_BATCH = 10_000
const NAME = /^[A-Za-z][A-Za-z0-9_]*(?:[.-][A-Za-z0-9_]+)*$/
const ARGUMENT = /^[A-Za-z][A-Za-z0-9_]*$/
const OPTIONS: ReadonlySet<string> = new Set<keyof LooseSpec>([
  'name',
  'version',
  'description',
  'args',
  'returns',
  'run',
  'runBatch',
  'batch',
  'thread',
  'module',
  'cheap',
  'timeout',
  'requires',
])

/**
 * Checks what `defineFunction` was given and freezes it.
 *
 * @throws INVALID_NAME when the function or an argument has a name that cannot be used
 * @throws INVALID_DECLARATION when the options contradict each other
 */
export function createDefinition<A extends Columns, R extends AnyColumn, O>(
  spec: FunctionSpec<A, R, O>,
): DeclaredFunction {
  const { name, version = '0', description, args, returns, run, runBatch, batch } = spec
  const { thread, module, cheap, timeout, requires } = spec
  assertName(name)
  const refuse = refuser(`function ${name}`)
  // The checks do not look at the types of arguments.
  checkOptions(spec as unknown as LooseSpec, refuse)
  return Object.freeze({
    name,
    version,
    ...(description === undefined ? {} : { description }),
    args: argumentSpecs(name, args, refuse),
    returns: typeof returns === 'function' ? returnsFor(name, returns, refuse) : resultSpec(returns, refuse),
    ...(run ? { run: run as DeclaredFunction['run'] & {} } : {}),
    ...(runBatch
      ? {
          runBatch: runBatch as DeclaredFunction['runBatch'] & {},
          batch: Object.freeze({ size: batch?.size ?? DEFAULT_BATCH }),
        }
      : {}),
    thread: thread ?? false,
    ...(module === undefined ? {} : { module }),
    cheap: cheap ?? false,
    timeout: timeout ?? DEFAULT_TIMEOUT,
    requires: Object.freeze([...(requires ?? [])]),
    sourceHash: sourceHash(
      String(run ?? ''),
      String(runBatch ?? ''),
      ...(typeof returns === 'function' ? [String(returns)] : []),
    ),
  })
}

type LooseSpec = FunctionSpec<Columns, AnyColumn, unknown>
type Refuse = (reason: string) => CellarError<'INVALID_DECLARATION'>
const refuser =
  (subject: string): Refuse =>
  (reason) =>
    new CellarError('INVALID_DECLARATION', { subject, reason })

function assertName(name: unknown): void {
  if (typeof name !== 'string' || !NAME.test(name) || name.length > 128)
    throw new CellarError('INVALID_NAME', {
      kind: 'Function',
      name: String(name),
      reason: 'it has to start with a letter, followed by letters, digits, _, and single dots or dashes, at most 128',
    })
}

function checkOptions(spec: LooseSpec, refuse: Refuse): void {
  const unknown = Object.keys(spec).find((key) => !OPTIONS.has(key))
  if (unknown !== undefined) throw refuse(`there is no option ${unknown}`)
  const { version, description, run, runBatch, batch, timeout, requires } = spec
  if (version !== undefined && (typeof version !== 'string' || version === '' || version.length > 64))
    throw refuse('version is a text of 1 to 64 characters')
  if (description !== undefined && typeof description !== 'string') throw refuse('description is a text')
  if ((run === undefined) === (runBatch === undefined)) throw refuse('exactly one of run and runBatch has to be given')
  if (typeof (run ?? runBatch) !== 'function') throw refuse(`${run ? 'run' : 'runBatch'} has to be a function`)
  if (batch !== undefined && runBatch === undefined) throw refuse('batch goes with runBatch')
  if (batch !== undefined && !(Number.isInteger(batch.size) && batch.size >= 1 && batch.size <= MAX_BATCH))
    throw refuse(`batch.size is a whole number from 1 to ${MAX_BATCH}`)
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout > 0))
    throw refuse('timeout is a positive number of milliseconds, or Infinity')
  if (requires !== undefined && !(Array.isArray(requires) && requires.every((name) => typeof name === 'string')))
    throw refuse('requires is a list of package names')
  checkThread(spec, refuse)
}

function checkThread({ thread, module, cheap }: LooseSpec, refuse: Refuse): void {
  if (thread && !module?.startsWith('file:'))
    throw refuse('thread: true needs module: import.meta.url, of the module that exports the function')
  if (thread && cheap) throw refuse('a function in a thread is not cheap')
}

function argumentSpecs(name: string, args: Columns, refuse: Refuse): Readonly<Record<string, ColumnSpec>> {
  if (typeof args !== 'object' || args === null) throw refuse('args has to be an object of column types')
  const specs: Record<string, ColumnSpec> = {}
  for (const [argument, column] of Object.entries(args)) {
    if (!ARGUMENT.test(argument) || argument === 'then')
      throw new CellarError('INVALID_NAME', {
        kind: 'Argument',
        name: `${name}.${argument}`,
        reason: 'it has to start with a letter, followed by letters, digits and _, and not be then',
      })
    const spec = specOfColumn(column)
    const reason = constraintOf(spec)
    if (reason) throw refuse(`argument ${argument} cannot be ${reason}`)
    if (spec.default && spec.default.kind !== 'value')
      throw refuse(`the default of argument ${argument} has to be a value`)
    specs[argument] = spec
  }
  return Object.freeze(specs)
}

/** Reading an argument that is no constant is refused, since the type would depend on the row. */
function returnsFor(name: string, returns: (args: never) => AnyColumn, refuse: Refuse): ReturnsFor {
  return (constants) => {
    const args = new Proxy(constants, {
      get(target, argument) {
        if (typeof argument !== 'string' || Object.hasOwn(target, argument)) return Reflect.get(target, argument)
        const reason = `the argument ${argument} has to be a constant, since the type of the result depends on it`
        throw new CellarError('INVALID_DECLARATION', { subject: `a call of ${name}`, reason })
      },
    })
    return resultSpec(returns(args as never), refuse)
  }
}

function resultSpec(returns: AnyColumn, refuse: Refuse): ColumnSpec {
  if (typeof returns !== 'object' || returns === null) throw refuse('returns has to be a column type')
  const spec = specOfColumn(returns)
  const reason = constraintOf(spec) ?? (spec.default ? 'given a default' : undefined)
  if (reason) throw refuse(`returns cannot be ${reason}`)
  return spec
}

function constraintOf(spec: ColumnSpec): string | undefined {
  if (spec.primaryKey) return 'a primary key'
  if (spec.unique) return 'unique'
  return spec.references === undefined ? undefined : 'a reference'
}
