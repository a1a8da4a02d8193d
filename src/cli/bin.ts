#!/usr/bin/env node
// Syntax that old versions parse: they get a sentence, not a stack.
const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(`cellar needs Node 22.18 or newer; this is ${process.version}.`)
  process.exit(1)
}
void import('./main.ts').then(({ main }) => main(process.argv.slice(2)))
