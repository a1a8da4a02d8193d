import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CellarError, open } from 'cellar'
import { Command } from 'commander'
import { Supervisor } from '../dev/supervisor.ts'
import { watchSources } from '../dev/watch.ts'
import { moduleTypeAdvice } from '../load-module.ts'
import { untilSignal } from '../run-app.ts'
import { addListenOptions, type ListenOptions } from '../serve-options.ts'

/**
 * The database stays open in this process, so that it survives restarts of the app, which runs in a child and
 * reaches an embedded database through the home's socket.
 */
export const devCommand = () =>
  addListenOptions(
    new Command('dev').description('Apply additive changes, serve, and start again on save').argument('<module>'),
  ).action(async (file: string, { port, host, baseUrl }: ListenOptions) => {
    if (!existsSync(file)) throw new CellarError('MODULE_NOT_FOUND', { path: file })
    const ended = untilSignal()
    const advice = moduleTypeAdvice(file)
    if (advice) console.error(advice)
    await using _cellar = process.env.CELLAR_DATABASE_URL ? undefined : await open({ own: true })
    let served = ''
    const supervisor = new Supervisor({
      args: ['dev-app', file, '--port', String(port), '--host', host, ...(baseUrl ? ['--base-url', baseUrl] : [])],
      onListening(url) {
        console.log(served === '' ? `${url}/` : 'Restarted.')
        served = url
      },
      onBroken() {
        console.error(
          served === ''
            ? 'The app does not start; save a change to try again.'
            : 'The app that was started before goes on.',
        )
      },
    })
    const watcher = watchSources(dirname(resolve(file)), () => supervisor.restart())
    supervisor.restart()
    await ended
    watcher.close()
    await supervisor.stop()
  })
