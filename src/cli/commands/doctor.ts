import { Command } from 'commander'
import { print } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

export const doctorCommand = () =>
  new Command('doctor')
    .description('Check the database, its durability, the media and optional packages')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) =>
      withCellar(async (cellar) => {
        const findings = await cellar.inspect.doctor()
        print(findings, json, (found) => {
          for (const { check, ok, detail } of found) console.log(`${ok ? 'ok  ' : 'FAIL'} ${check}: ${detail}`)
        })
        if (findings.some((finding) => !finding.ok)) process.exitCode = 1
      }),
    )
