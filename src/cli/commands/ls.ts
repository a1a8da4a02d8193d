import { Command } from 'commander'
import { print, printTable } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const lsCommand = () =>
  new Command('ls')
    .description('List the tables')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) =>
      withCellar(async (cellar) => {
        print(await cellar.listTables(), json, (tables) =>
          printTable(
            tables.map((table) => ({ ...table })),
            'There are no tables.',
          ),
        )
      }),
    )
