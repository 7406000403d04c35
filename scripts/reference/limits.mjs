import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { page, table } from './page.mjs';

const units = [
  [/Bytes(Max|PerCommit)?$/, 'bytes'],
  [/Megabytes(Max)?$/, 'MB'],
  [/PerSecond$/, 'a second'],
  [/Millis(Max)?$/, 'ms'],
  [/Seconds(Max|Min)?$/, 's'],
  [/Chars(Max|Min)?$/, 'characters'],
];

function unitOf(name) {
  return units.find(([form]) => form.test(name))?.[1] ?? '';
}

/** Name → the comment above it; one comment speaks of all names up to the next. */
function commentsOf(source) {
  const said = new Map();
  let words = '';
  const body = source.slice(source.indexOf('= {'));
  for (const [, comment, name] of body.matchAll(/\/\*\*([\s\S]*?)\*\/|^ {2}(\w+): [\d_]+,/gm)) {
    if (name === undefined) words = comment.replace(/\s*\n\s*\*\s*/g, ' ').trim();
    else said.set(name, words);
  }
  return said;
}

/** Names that the broker counts: those that its code names as text outside types, which only counting does. */
function countedNames(sources, names) {
  const files = readdirSync(sources, { recursive: true }).filter(
    (name) =>
      name.endsWith('.ts') &&
      !/\.test\.ts$|doubles|double-|domain\/(limit|plan)|store\/sqlite|^manifest/.test(name),
  );
  const text = files.map((name) => readFileSync(join(sources, name), 'utf8')).join('\n');
  const code = text.replace(/Pick<[^<>]*>/g, '');
  return new Set(names.filter((name) => code.includes(`'${name}'`)));
}

/** The page of every bound of the broker. */
export function limitsPage({ limits, beyond, root }) {
  const said = commentsOf(readFileSync(join(root, 'broker/src/domain/limits.ts'), 'utf8'));
  const counted = countedNames(join(root, 'broker/src'), Object.keys(limits));
  const rows = Object.entries(limits).map(([name, value]) => {
    const outcome = beyond[name];
    const what = 'reason' in outcome ? `\`${outcome.reason}\`` : outcome.done;
    const words = said.get(name) ?? '';
    const plain = value.toLocaleString('en');
    return [`\`${name}\``, plain, unitOf(name), what, counted.has(name) ? 'yes' : '', words];
  });
  return page(
    'broker/src/domain/limits.ts and limit-words.ts',
    'Limits: every bound of the broker',
    `*Beyond it* is the [reason](reasons.md) of the refusal, or what is done instead. *Counted* bounds count in the metric
\`creance.limit.hits\` under their name, as \`limit\`; what is refused counts in \`creance.requests\` by its reason too, what
the watch and the history let go in \`creance.observations.dropped\`, \`creance.watch.bounds\` and \`creance.history.lost\`.
One comment may speak of several names that follow each other.`,
    table(['name', 'value', 'unit', 'beyond it', 'counted', 'meaning'], rows),
  );
}
