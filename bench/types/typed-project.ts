import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

const root = join(import.meta.dirname, '../..')
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const ENTRIES = {
  cellar: 'public/index',
  'cellar/serve': 'public/serve',
  'cellar/client': 'public/client',
  'cellar/functions/image': 'functions/image',
}

/** What `tsc` says of a program. */
interface Check {
  readonly ok: boolean
  readonly report: string
}

/** A place where programs are checked as a project that has Cellar installed sees them: against the declarations. */
export interface TypedProject extends AsyncDisposable {
  check(name: string, files: ReadonlyMap<string, string>, args?: readonly string[]): Promise<Check>
}

/** Makes the declarations afresh from the sources. */
export async function createTypedProject(): Promise<TypedProject> {
  const folder = await mkdtemp(join(tmpdir(), 'cellar-types-'))
  const project: TypedProject = {
    async check(name, files, args = []) {
      const program = join(folder, name)
      await mkdir(program)
      for (const [file, text] of files) await writeFile(join(program, file), text)
      await writeFile(join(program, 'tsconfig.json'), JSON.stringify(tsconfig()))
      return runTsc(['-p', program, ...args])
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'), 'dir')
  const outDir = join(folder, 'package')
  const made = await runTsc(['-p', join(root, 'tsconfig.build.json'), '--emitDeclarationOnly', '--outDir', outDir])
  if (made.ok) return project
  await project[Symbol.asyncDispose]()
  throw new Error(`The declarations cannot be made:\n${made.report.slice(0, 4000)}`)
}

function tsconfig() {
  const paths = Object.entries(ENTRIES).map(([entry, file]) => [entry, [`../package/${file}.d.ts`]])
  return {
    compilerOptions: {
      target: 'es2024',
      module: 'nodenext',
      moduleDetection: 'force',
      types: ['node'],
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      skipLibCheck: true,
      paths: Object.fromEntries(paths),
    },
    include: ['*.ts'],
  }
}

async function runTsc(args: readonly string[]): Promise<Check> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [tsc, ...args], { maxBuffer: 64 << 20 })
    return { ok: true, report: stdout }
  } catch (error) {
    return { ok: false, report: (error as { readonly stdout?: string }).stdout ?? String(error) }
  }
}
