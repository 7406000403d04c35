import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openCollector } from '../lib/collector.js';
import { drawTrace } from './draw-trace.js';
import { openNarrator } from './narrator.js';
import { openScene } from './open.js';
import { playTheft } from './play.js';

/**
 * The story until the theft is over, every process traced, and the trace of it as a collector has received
 * it. With `--draw FILE` the drawing goes to a file too, with `--short FILE` its short form. Where the environment names a collector the spans
 * go there, and nothing is drawn.
 */
const { values } = parseArgs({ options: { draw: { type: 'string' }, short: { type: 'string' } } });

const isNamed = Boolean(process.env['OTEL_EXPORTER_OTLP_ENDPOINT']);
const collector = isNamed ? undefined : await openCollector();
Object.assign(process.env, collector?.environment);
const data = mkdtempSync(join(tmpdir(), 'creance-'));
const narrator = openNarrator();
try {
  const scene = await openScene({ data, listen: '127.0.0.1:0', port: 0 }, narrator);
  let root = '';
  try {
    root = (await playTheft(scene)).root;
  } finally {
    await scene.close();
  }
  if (collector !== undefined) {
    const drawing = drawTrace(collector.spans(), root);
    console.log(`\n${drawing}`);
    if (values.draw !== undefined) writeFileSync(values.draw, `${drawing}\n`);
    if (values.short !== undefined)
      writeFileSync(values.short, `${drawTrace(collector.spans(), root, { short: true })}\n`);
  }
} finally {
  collector?.close();
  rmSync(data, { recursive: true, force: true });
}
if (!narrator.allGood) process.exitCode = 1;
