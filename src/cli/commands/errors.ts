import { Command } from 'commander'
import { parseCount } from '../parse-count.ts'
import { print, printTable } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const errorsCommand = () =>
  new Command('errors')
    .description('List cells that failed, wait or are stale')
    .argument('[table]')
    .option('--limit <n>', 'cells at most', parseCount, 50)
    .option('--json', 'print JSON')
    .action((path: string | undefined, { json = false, limit }: { json?: boolean; limit: number }) =>
      withCellar(async (cellar) => {
        const errors = await cellar.inspect.cellErrors({ limit, ...(path === undefined ? {} : { path }) })
        print(errors, json, (found) =>
          printTable(
            found.map((cell) => ({ ...cell })),
            'No cell failed, waits or is stale.',
          ),
        )
      }),
    )
