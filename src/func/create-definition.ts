import { CellarError } from '../errors/cellar-error.ts'
import type { AnyColumn, Columns } from '../types/column.ts'
import type { DeclaredFunction, ReturnsFor } from './function-definition.ts'
import type { FunctionSpec } from './function-spec.ts'
import {
  argumentSpecs,
  assertDescription,
  assertFunctionName,
  assertVersion,
  type Refuse,
  refuser,
  resultSpec,
} from './signature.ts'
import { sourceHash } from './source-hash.ts'

/** Milliseconds; long enough for a slow model, short enough that a lost answer is noticed. */
export const DEFAULT_TIMEOUT = 300_000
const DEFAULT_BATCH = 64
const MAX_BATCH = 10_000
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
  assertFunctionName(name)
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
function checkOptions(spec: LooseSpec, refuse: Refuse): void {
  const unknown = Object.keys(spec).find((key) => !OPTIONS.has(key))
  if (unknown !== undefined) throw refuse(`there is no option ${unknown}`)
  const { version, description, run, runBatch, batch, timeout, requires } = spec
  assertVersion(version, refuse)
  assertDescription(description, refuse)
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
