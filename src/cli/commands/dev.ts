import { dirname, resolve } from 'node:path'
import { open } from 'cellar'
import { Command } from 'commander'
import { type Failure, Supervisor } from '../dev/supervisor.ts'
import { watchSources } from '../dev/watch.ts'
import { assertModule, moduleTypeAdvice } from '../load-module.ts'
import { untilSignal } from '../run-app.ts'
import { addListenOptions, type ListenOptions, listenArguments } from '../serve-options.ts'

interface DevOptions extends ListenOptions {
  readonly json?: boolean
}

/**
 * The database stays open in this process, so that it survives restarts of the app, which runs in a child and
 * reaches an embedded database through the home's socket.
 */
export const devCommand = () =>
  addListenOptions(
    new Command('dev')
      .description('Apply additive changes, serve, and start again on save')
      .argument('<module>')
      .option('--json', 'print JSON'),
  ).action(async (file: string, options: DevOptions) => {
    assertModule(file)
    const advice = moduleTypeAdvice(file)
    if (advice) console.error(advice)
    const ended = untilSignal()
    await using _cellar = process.env.CELLAR_DATABASE_URL ? undefined : await open({ own: true })
    await supervise(file, options, ended)
  })

/** Until the end is asked for, or the first app cannot listen, which no saved change cures. */
async function supervise(file: string, options: DevOptions, ended: Promise<void>): Promise<void> {
  const { promise: failed, resolve: fail } = Promise.withResolvers<void>()
  let { port } = options
  let printed = false
  const supervisor = new Supervisor({
    args: () => appArguments(file, { ...options, port }),
    onListening(url) {
      const line = printed ? 'Restarted.' : `${url}/`
      console.log(options.json ? JSON.stringify({ url: `${url}/`, restarted: printed }) : line)
      printed = true
      // A free port that was taken stays the address of the apps to come.
      port = Number(new URL(url).port || port)
    },
    onFailure(failure) {
      if (failure === 'listening' && !printed) {
        process.exitCode = 1
        fail()
      } else console.error(explain(failure, supervisor.serving))
    },
  })
  const watcher = watchSources(dirname(resolve(file)), () => supervisor.restart())
  supervisor.restart()
  await Promise.race([ended, failed])
  watcher.close()
  await supervisor.stop()
}

function explain(failure: Failure, serving: boolean): string {
  if (serving) return 'The app that was started before goes on.'
  return failure === 'serving'
    ? 'The app ended; save a change to start it again.'
    : 'The app does not start; save a change to try again.'
}

function appArguments(file: string, options: DevOptions): string[] {
  return ['dev-app', file, ...listenArguments(options), ...(options.json ? ['--json'] : [])]
}
