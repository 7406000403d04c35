#!/usr/bin/env node
// Checked before anything else loads: the native store crashes on older Node instead of saying why.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 15)) {
  console.error(
    `creance needs Node 22.15 or newer, and this is ${process.versions.node}: install Node 24.`,
  );
  process.exit(78);
}
const { main } = await import('../dist/src/main.js');
process.exitCode = await main(process.argv.slice(2));
