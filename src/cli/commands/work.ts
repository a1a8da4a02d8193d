import { Command } from 'commander'
import { assertModule, loadModule } from '../load-module.ts'
import { openBeside } from '../open-beside.ts'
import { print } from '../print-table.ts'
import { routersIn, untilSignal } from '../run-app.ts'

export const workCommand = () =>
  new Command('work')
    .description('Work on jobs with the functions and routes of a module, without serving')
    .argument('<module>')
    .option('--json', 'print JSON')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      assertModule(file)
      const ended = untilSignal()
      const { cellar, loaded } = await openBeside(() => loadModule(file), { create: false, work: true })
      await using _ = cellar
      const routers = await routersIn(loaded)
      const { createApp } = await import('cellar/serve')
      // An app that nobody listens with: its routers are bound, so that their background routes run here.
      createApp(routers, { cellar })
      print({ pid: process.pid }, json, ({ pid }) => console.log(`Working as process ${pid}.`))
      await ended
    })
