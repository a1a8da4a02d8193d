/** Options of Node that a worker can take and may need to load the same modules. */
const LOADING = new Set(['--conditions', '-C', '--import', '--require', '-r', '--loader', '--experimental-loader'])

/**
 * What every `new Worker` of a file is given. A worker inherits the options of Node; `--input-type`, of a program given
 * with `--eval` or on standard input, makes it refuse any file, so then it gets those that concern loading.
 */
export function workerOptions(execArgv: readonly string[] = process.execArgv): { execArgv?: string[] } {
  if (!execArgv.some((option) => option.startsWith('--input-type'))) return {}
  const kept: string[] = []
  for (const [at, option] of execArgv.entries()) {
    const [name = '', value] = option.split('=', 2)
    if (!LOADING.has(name)) continue
    kept.push(option)
    if (value === undefined) kept.push(execArgv[at + 1] ?? '')
  }
  return { execArgv: kept }
}
