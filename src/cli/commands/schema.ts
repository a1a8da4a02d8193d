import type { Plan } from 'cellar'
import { Command } from 'commander'
import { loadModule } from '../load-module.ts'
import { print } from '../print-table.ts'
import { createProgressBar } from '../progress-bar.ts'
import { withCellar } from '../with-cellar.ts'

export const schemaCommand = () =>
  new Command('schema')
    .description('Compare declarations with the database, or make it follow')
    .addCommand(plan())
    .addCommand(apply())

const plan = () =>
  new Command('plan')
    .description('Print what would change: exit 0 nothing, 2 pending, 1 error')
    .argument('<module>')
    .option('--json', 'print JSON')
    .action(async (file: string, { json = false }: { json?: boolean }) => {
      const declared = await loadModule(file)
      await withCellar(
        async (cellar) => {
          const pending = await cellar.plan(Object.values(declared))
          print(pending, json, (found) => printPlan(found))
          if (pending.changes.some((change) => !change.informational)) process.exitCode = 2
        },
        { create: true },
      )
    })

const apply = () =>
  new Command('apply')
    .description('Make the database follow the declarations')
    .argument('<module>')
    .option('--allow-destructive', 'also changes that lose stored values', false)
    .option('--json', 'print JSON')
    .action(async (file: string, { json = false, allowDestructive }: { json?: boolean; allowDestructive: boolean }) => {
      const declared = await loadModule(file)
      const bar = createProgressBar('filling')
      await withCellar(
        async (cellar) => {
          const applied = await cellar.apply(Object.values(declared), { allowDestructive, onProgress: bar.update })
          bar.end()
          print(applied, json, (done) => {
            printPlan(done)
            if (done.changes.length > 0) console.log(`Applied as version ${done.version}.`)
          })
        },
        { create: true },
      )
    })

export function printPlan({ changes }: Plan, line: (text: string) => void = console.log): void {
  if (changes.length === 0) line('The database is up to date.')
  for (const change of changes) {
    const sign = change.destructive ? '!' : change.informational ? 'i' : '+'
    line(`${sign} ${change.table}${change.column ? `.${change.column}` : ''}: ${change.description}`)
  }
}
