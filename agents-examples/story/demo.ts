import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openNarrator } from './narrator.js';
import { openScene } from './open.js';
import { type Figures, play } from './play.js';

/**
 * The story once, on data and ports of its own, with what was measured. With `--json` the last line is
 * one JSON object; `ok` says that every line of the story was good.
 */
const { values } = parseArgs({ options: { json: { type: 'boolean', default: false } } });

const data = mkdtempSync(join(tmpdir(), 'creance-'));
const narrator = openNarrator();
let figures: Figures | undefined;
let fault: string | undefined;
try {
  const scene = await openScene({ data, listen: '127.0.0.1:0', port: 0 }, narrator);
  try {
    figures = await play(scene);
  } finally {
    await scene.close();
  }
} catch (error) {
  fault = error instanceof Error ? error.message : String(error);
  console.error(error);
} finally {
  rmSync(data, { recursive: true, force: true });
}

const ok = figures !== undefined && narrator.allGood;
if (values.json)
  console.log(JSON.stringify({ ok, ...figures, ...(fault !== undefined && { fault }) }));
else if (figures !== undefined) {
  console.log(`
From the thief's first byte to the commit of the cut   ${figures.theftToCutMs} ms
From there to the last service's first refusal         ${figures.cutToLastRefusalMs} ms
Actions that the thief with a key got through         ${figures.pivotActions}
From his first byte to the commit of the hold         ${figures.pivotToSuspendMs} ms`);
}
if (!ok) process.exitCode = 1;
