import { isCellarError } from 'cellar'
import { Command } from 'commander'
import { loadModule } from '../load-module.ts'
import { print, printTable } from '../print-table.ts'
import { createProgressBar } from '../progress-bar.ts'
import { withCellar } from '../with-cellar.ts'

interface Filled {
  readonly table: string
  readonly count: number
  readonly failed: number
}

export const fillCommand = () =>
  new Command('fill')
    .description('Compute the cells that wait, with the functions of a module')
    .argument('<module>')
    .argument('[table]', 'only of this table')
    .option('--json', 'print JSON')
    .action(async (file: string, only: string | undefined, { json = false }: { json?: boolean }) => {
      await loadModule(file)
      await withCellar(async (cellar) => {
        const paths = only === undefined ? (await cellar.listTables()).map(({ path }) => path) : [only]
        const filled: Filled[] = []
        let lacking: unknown
        for (const path of paths) {
          const bar = createProgressBar(path)
          try {
            filled.push({
              table: path,
              ...(await cellar.fill(await cellar.getTable(path), { onProgress: bar.update })),
            })
          } catch (error) {
            if (!isCellarError(error) || error.code !== 'FUNCTION_UNAVAILABLE') throw error
            lacking ??= error
          } finally {
            bar.end()
          }
        }
        print(filled, json, (tables) =>
          printTable(
            tables.map((one) => ({ ...one })),
            'There are no tables.',
          ),
        )
        if (lacking !== undefined) throw lacking
      })
    })
