// Plays the theft of the story, every process traced, and puts the drawing of its trace, as a collector has
// received it, between `<!-- trace -->` and `<!-- /trace -->` of two pages: in short in the README, and whole.
// `node scripts/draw-trace.mjs`, after a build.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** Page → whether it has the whole of it. */
const pages = { 'README.md': false, 'docs/traces.md': true };
const marked = /(<!-- trace -->\n)[\s\S]*?(<!-- \/trace -->)/;

const scratch = mkdtempSync(join(tmpdir(), 'creance-trace-'));
try {
  const [whole, short] = ['whole.txt', 'short.txt'].map((name) => join(scratch, name));
  const played = join(root, 'agents-examples/dist/story/traced.js');
  // A collector of the caller's would get the spans in place of ours.
  const { OTEL_EXPORTER_OTLP_ENDPOINT: _, ...env } = process.env;
  execFileSync(process.execPath, [played, '--draw', whole, '--short', short], {
    cwd: root,
    env,
    stdio: 'inherit',
  });
  for (const [page, isWhole] of Object.entries(pages)) {
    const drawing = `\`\`\`text\n${readFileSync(isWhole ? whole : short, 'utf8')}\`\`\`\n`;
    const path = join(root, page);
    const text = readFileSync(path, 'utf8');
    if (marked.test(text))
      writeFileSync(
        path,
        text.replace(marked, (_all, from, to) => `${from}${drawing}${to}`),
      );
  }
} finally {
  rmSync(scratch, { recursive: true });
}
