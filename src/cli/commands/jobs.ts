import { CellarError } from 'cellar'
import { Command } from 'commander'
import { parseCount } from '../parse-count.ts'
import { print, printTable } from '../print-table.ts'
import { withCellar } from '../with-cellar.ts'

interface Options {
  readonly json?: boolean
  readonly limit: number
  readonly cancel?: string
  readonly retry?: string
}

export const jobsCommand = () =>
  new Command('jobs')
    .description('List jobs, newest first; show, cancel or retry one')
    .argument('[id]')
    .option('--limit <n>', 'jobs at most', parseCount, 20)
    .option('--cancel <id>', 'cancel a job that waits or runs')
    .option('--retry <id>', 'run a failed or cancelled job again')
    .option('--json', 'print JSON')
    .action((id: string | undefined, { json = false, limit, cancel, retry }: Options) =>
      withCellar(async ({ inspect }) => {
        const one = cancel ?? retry ?? id
        if (one === undefined) {
          return print(await inspect.jobs({ limit }), json, (jobs) =>
            printTable(
              jobs.map(({ id, kind, route, state, attempts, need, createdAt }) => ({
                id,
                kind,
                route,
                state,
                attempts,
                needs: need?.join(' '),
                created: createdAt.toISOString(),
              })),
              'There are no jobs.',
            ),
          )
        }
        const job = cancel
          ? await inspect.cancelJob(cancel)
          : retry
            ? await inspect.retryJob(retry)
            : await inspect.job(one)
        if (job === undefined) throw new CellarError('JOB_NOT_FOUND', { id: one })
        print(job, json, (found) => console.log(JSON.stringify(found, null, 2)))
      }),
    )
