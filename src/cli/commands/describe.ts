import { Command } from 'commander'
import { print, printTable } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const describeCommand = () =>
  new Command('describe')
    .description('Show the columns of a table')
    .argument('<table>')
    .option('--json', 'print JSON')
    .action((path: string, { json = false }: { json?: boolean }) =>
      withCellar(async (cellar) => {
        print(await cellar.inspect.describe(path), json, (table) => {
          console.log(
            `${table.path}: ${table.rows} rows, ${table.cells.failed} failed and ${table.cells.pending} pending cells`,
          )
          if (table.comment) console.log(table.comment)
          printTable(
            table.columns.map(({ name, type, nullable, primaryKey, unique, computed, comment }) => ({
              column: name,
              type: nullable ? `${type} | null` : type,
              key: primaryKey ? 'primary' : unique ? 'unique' : '',
              computed: computed ? `${computed.expression}${computed.mode === 'deferred' ? ' (deferred)' : ''}` : '',
              comment: comment ?? '',
            })),
            'It has no columns.',
          )
        })
      }),
    )
