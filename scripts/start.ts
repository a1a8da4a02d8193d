import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

// What a user would type in the example's folder, with the embedded database kept beside the example.
const example = fileURLToPath(new URL('../examples/photos', import.meta.url))
const cli = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url))
const child = spawn(process.execPath, [cli, 'dev', 'app.ts', ...process.argv.slice(2)], { cwd: example, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal))
child.on('exit', (code) => process.exit(code ?? 1))
