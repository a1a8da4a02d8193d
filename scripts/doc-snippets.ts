import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Command } from 'commander'
import { createProgram } from '../src/cli/main.ts'

/**
 * Fills the code blocks of the docs; with `--check` only says whether they are current. The comment before a block says
 * what stands in it:
 *
 *     <!-- examples/docs/tables.ts#declare -->   a region of a file that runs in the tests, without its indentation
 *     <!-- examples/contract/script.ts -->       a whole file
 *     <!-- cellar schema plan --help -->         the help of a command
 */
const root = join(import.meta.dirname, '..')
const MARKED_BLOCK = /<!-- ([^\n]+) -->\n```(\w+)\n([\s\S]*?)```/g
const HELP = /^cellar ?(.*?) --help$/
const HELP_WIDTH = 100

export interface Page {
  readonly path: string
  readonly text: string
  /** The text with all blocks as they should be. */
  readonly wanted: string
}

export async function readPages(): Promise<readonly Page[]> {
  // It would be the default port that the help prints.
  delete process.env.PORT
  const program = await createProgram('')
  return ['README.md', ...globSync('docs/**/*.md', { cwd: root }).sort()].map((path) => {
    const text = readFileSync(join(root, path), 'utf8')
    const wanted = text.replaceAll(
      MARKED_BLOCK,
      (_, source: string, language: string) =>
        `<!-- ${source} -->\n\`\`\`${language}\n${contentOf(source, program)}\`\`\``,
    )
    return { path, text, wanted }
  })
}

function contentOf(source: string, program: Command): string {
  const command = HELP.exec(source)?.[1]
  if (command !== undefined) return helpOf(program, command.split(' ').filter(Boolean))
  const [file = '', region] = source.split('#')
  const text = readFileSync(join(root, file), 'utf8')
  return region === undefined ? text : regionOf(text, region, source)
}

function regionOf(text: string, name: string, source: string): string {
  const found = new RegExp(`^( *)// #region ${name}\\n([\\s\\S]*?)^\\1// #endregion$`, 'm').exec(text)
  if (found === null) throw new Error(`There is no ${source}.`)
  const [, indentation = '', region = ''] = found
  return region.replaceAll(new RegExp(`^${indentation}`, 'gm'), '')
}

function helpOf(program: Command, names: readonly string[]): string {
  let command = program
  for (const name of names) {
    const next = command.commands.find((each) => each.name() === name)
    if (next === undefined) throw new Error(`There is no command ${names.join(' ')}.`)
    command = next
  }
  return command.configureHelp({ helpWidth: HELP_WIDTH }).helpInformation()
}

if (import.meta.main) {
  const stale = (await readPages()).filter(({ text, wanted }) => text !== wanted)
  if (!process.argv.includes('--check')) for (const { path, wanted } of stale) writeFileSync(join(root, path), wanted)
  else if (stale.length > 0) {
    const list = stale.map(({ path }) => path).join(', ')
    console.error(`${list}: run \`node --conditions=cellar:source scripts/doc-snippets.ts\`.`)
    process.exit(1)
  }
}
