import { Command } from 'commander'
import { print } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const countCommand = () =>
  new Command('count')
    .description('Count the rows of a table')
    .argument('<table>')
    .option('--json', 'print JSON')
    .action((path: string, { json = false }: { json?: boolean }) =>
      withCellar(async (cellar) => {
        print({ table: path, count: await cellar.inspect.count(path) }, json, ({ count }) => console.log(count))
      }),
    )
