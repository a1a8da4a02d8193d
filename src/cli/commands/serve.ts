import { CellarError } from 'cellar'
import { Command } from 'commander'
import { assertModule } from '../load-module.ts'
import { openBeside } from '../open-beside.ts'
import { print } from '../print-table.ts'
import { listen, loadApp, untilSignal } from '../run-app.ts'
import { addListenOptions, type ListenOptions } from '../serve-options.ts'
import { printPlan } from './schema.ts'

export const serveCommand = () =>
  addListenOptions(
    new Command('serve')
      .description('Serve the routers of a module; refuses when the schema is behind')
      .argument('<module>')
      .option('--json', 'print JSON'),
  ).action(async (file: string, { json = false, ...options }: ListenOptions & { json?: boolean }) => {
    assertModule(file)
    const ended = untilSignal()
    const { cellar, loaded } = await openBeside(() => loadApp(file), { own: true })
    await using _ = cellar
    const { changes } = await cellar.plan(Object.values(loaded.declared))
    const pending = changes.filter((change) => !change.informational)
    if (pending.length > 0) {
      if (!json) printPlan({ changes: pending, destructive: false }, console.error)
      const list = pending.map((change) => change.description).join('; ')
      throw new CellarError('SCHEMA_BEHIND', { changes: list })
    }
    const server = await listen(loaded.routers, cellar, options)
    print({ url: `${server.url}/` }, json, ({ url }) => console.log(url))
    await ended
    await server.close()
  })
