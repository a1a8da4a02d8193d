import { CellarError } from 'cellar'
import { Command } from 'commander'
import type { FromApp, ToApp } from '../dev/messages.ts'
import { openBeside } from '../open-beside.ts'
import { createProgressBar } from '../progress-bar.ts'
import { listen, loadApp } from '../run-app.ts'
import { addListenOptions, type ListenOptions } from '../serve-options.ts'
import { printPlan } from './schema.ts'

/** The child of `cellar dev`: loads and applies at once, listens when it is told to. */
export const devAppCommand = () =>
  addListenOptions(new Command('dev-app').argument('<module>')).action(async (file: string, options: ListenOptions) => {
    const stopped = message('stop')
    const started = message('listen')
    // The parent decides when to end; an interrupt reaches both.
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
    process.on('disconnect', () => process.exit(1))
    if (!process.connected) process.exit(1)
    const { cellar, loaded } = await openBeside(() => loadApp(file), {})
    await using _ = cellar
    const { declared, routers } = loaded
    const { changes, destructive } = await cellar.plan(Object.values(declared))
    const list = changes.filter((change) => change.destructive).map((change) => change.description)
    if (destructive) throw new CellarError('SCHEMA_DESTRUCTIVE', { changes: list.join('; ') })
    const bar = createProgressBar('filling')
    if (changes.length > 0) {
      printPlan({ changes, destructive }, console.error)
      await cellar.apply(Object.values(declared), { onProgress: bar.update })
      bar.end()
    }
    tell({ type: 'ready' })
    await started
    const server = await listen(routers, cellar, options)
    tell({ type: 'listening', url: server.url })
    await stopped
    await server.close()
    process.disconnect?.()
  })

const tell = (message: FromApp) => process.send?.(message)

function message(type: ToApp['type']): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (received: ToApp) => {
      if (received.type === type) resolve()
    })
  })
}
