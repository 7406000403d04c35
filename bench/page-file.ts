import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performancePage } from './page.js';
import { readResults } from './results.js';

/** Writes docs/performance.md from the results that were kept. */
export function writePage(file: string): void {
  const results = readResults(file);
  if (results === undefined) throw new Error(`${file} is not there`);
  writeFileSync(join(import.meta.dirname, '../../docs/performance.md'), performancePage(results));
}
