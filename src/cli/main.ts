import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { reportFailure } from './report-failure.ts'

/** Their files hold options and texts; what a command works with is imported when it runs. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  dev: async () => (await import('./commands/dev.ts')).devCommand(),
  serve: async () => (await import('./commands/serve.ts')).serveCommand(),
  work: async () => (await import('./commands/work.ts')).workCommand(),
  schema: async () => (await import('./commands/schema.ts')).schemaCommand(),
  fill: async () => (await import('./commands/fill.ts')).fillCommand(),
  ls: async () => (await import('./commands/ls.ts')).lsCommand(),
  describe: async () => (await import('./commands/describe.ts')).describeCommand(),
  rows: async () => (await import('./commands/rows.ts')).rowsCommand(),
  get: async () => (await import('./commands/get.ts')).getCommand(),
  count: async () => (await import('./commands/count.ts')).countCommand(),
  errors: async () => (await import('./commands/errors.ts')).errorsCommand(),
  jobs: async () => (await import('./commands/jobs.ts')).jobsCommand(),
  doctor: async () => (await import('./commands/doctor.ts')).doctorCommand(),
}

/** Commands that others start; the help does not list them. */
const HIDDEN: typeof COMMANDS = {
  'dev-app': async () => (await import('./commands/dev-app.ts')).devAppCommand(),
}

/** Runs the command line; sets the exit code: 0 done, 1 error, 2 changes pending. */
export async function main(args: readonly string[]): Promise<void> {
  const json = args.includes('--json')
  try {
    const program = await createProgram(args[0] ?? '')
    configure(program, json)
    await program.parseAsync(args, { from: 'user' })
  } catch (error) {
    reportFailure(error, json)
  }
}

/** With the one command that is asked for, or with all, for the help. */
export async function createProgram(name: string): Promise<Command> {
  const program = new Command('cellar')
    .description('Multimodal tables that compute themselves and serve themselves over HTTP.')
    .version(packageVersion())
  const named = COMMANDS[name] ?? HIDDEN[name]
  for (const load of named ? [named] : Object.values(COMMANDS)) program.addCommand(await load())
  return program
}

/** Commands do not take over the settings of the one they are added to. */
function configure(command: Command, json: boolean): void {
  command.exitOverride()
  if (json) command.configureOutput({ outputError: () => {} })
  else command.showHelpAfterError('(`cellar --help` lists the commands)')
  for (const each of command.commands) configure(each, json)
}

function packageVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(manifest) as { version: string }).version
}
