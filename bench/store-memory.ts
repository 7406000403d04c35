import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { collected } from './collected.js';
import { openBenchStore } from './tree-store.js';

// Opens a store as its broker does, and says how many bytes that keeps in memory.
const { DATA = '' } = process.env;
const identity = JSON.parse(readFileSync(join(DATA, 'identity.json'), 'utf8'));
const before = await collected();
const store = await openBenchStore(DATA, identity);
process.send?.({ bytes: (await collected()) - before });
process.once('disconnect', () => process.exit());
process.once('SIGTERM', () => void store.close().then(() => process.exit()));
