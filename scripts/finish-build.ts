import { chmodSync, existsSync } from 'node:fs'

// `tsc` does not set the executable bit, and npm only sets it at install time.
const bin = new URL('../dist/cli/bin.js', import.meta.url)
if (existsSync(bin)) chmodSync(bin, 0o755)
