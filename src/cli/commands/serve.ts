import { CellarError, open } from 'cellar'
import { Command } from 'commander'
import { loadModule } from '../load-module.ts'
import { listen, routersOf, untilSignal } from '../run-app.ts'
import { addListenOptions, type ListenOptions } from '../serve-options.ts'

export const serveCommand = () =>
  addListenOptions(
    new Command('serve')
      .description('Serve the routers of a module; refuses when the schema is behind')
      .argument('<module>'),
  ).action(async (file: string, options: ListenOptions) => {
    const ended = untilSignal()
    const declared = await loadModule(file)
    const routers = await routersOf(declared, file)
    await using cellar = await open({ own: true })
    const { changes } = await cellar.plan(Object.values(declared))
    const pending = changes.filter((change) => !change.informational)
    if (pending.length > 0) {
      const list = pending.map((change) => change.description).join('; ')
      throw new CellarError('SCHEMA_BEHIND', { changes: list })
    }
    const server = await listen(routers, cellar, options)
    console.log(`${server.url}/`)
    await ended
    await server.close()
  })
