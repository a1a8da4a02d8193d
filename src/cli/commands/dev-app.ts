import { type Cellar, CellarError } from 'cellar'
import { Command } from 'commander'
import type { FromApp, ToApp } from '../dev/messages.ts'
import { openBeside } from '../open-beside.ts'
import { createProgressBar } from '../progress-bar.ts'
import { listen, loadApp } from '../run-app.ts'
import { addListenOptions, type ListenOptions } from '../serve-options.ts'
import { printPlan } from './schema.ts'

/** The child of `cellar dev`: loads and applies at once, listens when it is told to. */
export const devAppCommand = () =>
  addListenOptions(new Command('dev-app').argument('<module>').option('--json')).action(
    async (file: string, options: ListenOptions) => {
      const told = { listen: message('listen'), stop: message('stop') }
      // The parent decides when to end; an interrupt reaches both.
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {})
      const orphaned = () => process.exit(1)
      process.once('disconnect', orphaned)
      if (!process.connected) orphaned()
      try {
        await serveWhenTold(file, options, told)
      } finally {
        // The channel would keep the process running.
        process.off('disconnect', orphaned)
        process.disconnect?.()
      }
    },
  )

type Told = Readonly<Record<ToApp['type'], Promise<void>>>

async function serveWhenTold(file: string, options: ListenOptions, told: Told): Promise<void> {
  const { cellar, loaded } = await openBeside(() => loadApp(file), {})
  await using _ = cellar
  await applyAdditive(cellar, Object.values(loaded.declared))
  tell({ type: 'ready' })
  await told.listen
  const server = await listen(loaded.routers, cellar, { ...options, serverTiming: true })
  tell({ type: 'listening', url: server.url })
  await told.stop
  await server.close()
}

async function applyAdditive(cellar: Cellar, declared: readonly unknown[]): Promise<void> {
  const { changes, destructive } = await cellar.plan(declared)
  const list = changes.filter((change) => change.destructive).map((change) => change.description)
  if (destructive) throw new CellarError('SCHEMA_DESTRUCTIVE', { changes: list.join('; ') })
  if (changes.length === 0) return
  printPlan({ changes, destructive }, console.error)
  const bar = createProgressBar('filling')
  await cellar.apply(declared, { onProgress: bar.update })
  bar.end()
}

const tell = (message: FromApp) => process.send?.(message)

function message(type: ToApp['type']): Promise<void> {
  return new Promise((resolve) => {
    process.on('message', (received: ToApp) => {
      if (received.type === type) resolve()
    })
  })
}
