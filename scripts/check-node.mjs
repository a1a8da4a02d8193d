// Runs before every script, in syntax that old versions parse: a clear sentence beats "Unknown file extension .ts".
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `Cellar needs Node 22.18 or newer; this is ${process.version}. Run \`npm ci\`: it brings a suitable Node for the scripts on Linux, macOS (arm64) and Windows.`,
  )
  process.exit(1)
}
