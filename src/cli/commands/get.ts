import { CellarError } from 'cellar'
import { Command } from 'commander'
import { print } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const getCommand = () =>
  new Command('get')
    .description('Print one row by its primary key')
    .argument('<table>')
    .argument('<key...>', 'the parts of the key, in the order of declaration')
    .option('--json', 'print JSON')
    .action((path: string, key: string[], { json = false }: { json?: boolean }) =>
      withCellar(async (cellar) => {
        const row = await cellar.inspect.row(path, key)
        if (row === undefined) throw new CellarError('ROW_NOT_FOUND', { table: path, key: key.join(', ') })
        print(row, json, (found) => {
          for (const [name, value] of Object.entries(found))
            console.log(`${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
        })
      }),
    )
