import { Command } from 'commander'
import { parseCount } from '../parse-count.ts'
import { print, printTable } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

interface Options {
  readonly json?: boolean
  readonly limit: number
  readonly offset: number
  readonly columns?: string
}

export const rowsCommand = () =>
  new Command('rows')
    .description('Print rows of a table')
    .argument('<table>')
    .option('--limit <n>', 'rows at most', parseCount, 20)
    .option('--offset <n>', 'rows to skip', parseCount, 0)
    .option('--columns <names>', 'columns, separated by commas')
    .option('--json', 'print JSON')
    .action((path: string, { json = false, limit, offset, columns }: Options) =>
      withCellar(async (cellar) => {
        const rows = await cellar.inspect.rows(path, {
          limit,
          offset,
          ...(columns ? { columns: columns.split(',') } : {}),
        })
        print(rows, json, (found) => printTable(found, 'No rows.'))
      }),
    )
