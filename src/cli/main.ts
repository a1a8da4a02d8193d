import { Command } from 'commander'
import { reportFailure } from './report-failure.ts'

/** Their files hold options and texts; what a command works with is imported when it runs. */
const COMMANDS = [
  () => import('./commands/dev.ts').then(({ devCommand }) => devCommand),
  () => import('./commands/serve.ts').then(({ serveCommand }) => serveCommand),
  () => import('./commands/schema.ts').then(({ schemaCommand }) => schemaCommand),
  () => import('./commands/ls.ts').then(({ lsCommand }) => lsCommand),
  () => import('./commands/describe.ts').then(({ describeCommand }) => describeCommand),
  () => import('./commands/rows.ts').then(({ rowsCommand }) => rowsCommand),
  () => import('./commands/get.ts').then(({ getCommand }) => getCommand),
  () => import('./commands/count.ts').then(({ countCommand }) => countCommand),
  () => import('./commands/errors.ts').then(({ errorsCommand }) => errorsCommand),
  () => import('./commands/jobs.ts').then(({ jobsCommand }) => jobsCommand),
  () => import('./commands/doctor.ts').then(({ doctorCommand }) => doctorCommand),
]

/** Runs the command line; sets the exit code: 0 done, 1 error, 2 changes pending. */
export async function main(args: readonly string[]): Promise<void> {
  const program = new Command('cellar')
    .description('Multimodal tables that compute themselves and serve themselves over HTTP.')
    .showHelpAfterError('(`cellar --help` lists the commands)')
    .configureHelp({ showGlobalOptions: true })
  for (const load of COMMANDS) program.addCommand((await load())())
  program.addCommand((await import('./commands/dev-app.ts')).devAppCommand(), { hidden: true })
  try {
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    reportFailure(error, args.includes('--json'))
  }
}
