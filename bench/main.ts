import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { missingClients } from './c-clients.js';
import { measureMore } from './more.js';
import { writePage } from './page-file.js';
import { jsonLine } from './print.js';
import { merged, readResults, writeResults } from './results.js';
import { hasMissedUnexplained, runAll } from './run.js';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string' },
    more: { type: 'boolean', default: false },
    'write-docs': { type: 'boolean', default: false },
  },
});
const file = join(import.meta.dirname, '../results.json');
for (const line of missingClients()) console.log(`${line}; a client in Node takes its place`);
const only = values.only?.split(',');
const kept = only === undefined ? undefined : readResults(file);
const results = await runAll({
  isQuick: values.quick,
  only,
  keep(sofar) {
    if (!values['write-docs']) return;
    writeResults(file, merged(kept, sofar));
    writePage(file);
  },
});
if (values.more) await measureMore(values.quick);
if (values.json) console.log(jsonLine(results));
// What a measure has left open must not keep the process.
process.exit(hasMissedUnexplained(results) ? 1 : 0);
