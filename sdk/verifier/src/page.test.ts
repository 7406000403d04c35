import { expect, it } from 'vitest';
import { Failure } from './failure.js';
import { failures } from './failures.js';
import { joinRows } from './grpc/join-error.js';
import { momentFailures } from './moment-failures.js';
import { proofFailures } from './proof-failures.js';
import { tokenFailures } from './token-failures.js';
import { troubleOf } from './trouble.js';
import { feedRows, limitRows, otherWay, type TroubleRow, wayRows } from './trouble-rows.js';

const head = `# Errors of the verifier package

Generated from the tables of \`sdk/verifier/src\`; \`vitest run --project unit -u sdk/verifier/src/page\` writes it. What
a verifier answers to a request, and what it tells the owner of the resource; a broker's reasons are in
[\`reasons.md\`](reasons.md). A refused request learns its code and a request id, and nothing else but the scopes of
the action where its token lacks one; the owner has the same request id in the event \`denied\`.
`;

type Row = readonly [name: string, shown: string, what: string, fix: string];
type Rows<More> = Readonly<Record<string, TroubleRow & More>>;

const refusals = (rows: Readonly<Partial<typeof failures>>): Row[] =>
  Object.entries(rows).map(([name, { status, message, fix }]) => [
    name,
    `\`${name}\` ${status}`,
    message,
    fix,
  ]);
const troubles = (rows: Rows<object>, prefix = ''): Row[] =>
  Object.entries(rows).map(([name, { what, fix }]) => coded(prefix + name, what, fix));
const coded = (name: string, what: string, fix: string): Row => [
  name.toLowerCase(),
  `\`CREANCE_${name.toUpperCase()}\``,
  what,
  fix,
];

const taken = new Set<string>();

/** Words that a page shows as they are. */
const cell = (words: string) => words.replaceAll('<', '&lt;').replaceAll('|', '\\|');

/** The first line of a name has the anchor: the same name in another table means the same. */
function lineOf([name, shown, what, fix]: Row): string {
  const anchor = taken.has(name) ? '' : `<a id="${name}"></a>`;
  taken.add(name);
  return `| ${anchor}${shown} | ${cell(what)} | ${cell(fix)} |`;
}

function section(title: string, rows: readonly Row[]): string {
  return `\n## ${title}\n\n| code | what happened | fix |\n|---|---|---|\n${rows.map(lineOf).join('\n')}\n`;
}

// breaks when: a row is added or changed and the page is not written anew
it('the page of errors has every refusal and every trouble, under the anchor that is named', async () => {
  const joins = Object.entries(joinRows).map(([name, { message, fix }]) =>
    coded(name, message, fix),
  );
  const skew = troubleOf({ kind: 'clock_skew', seconds: 120 });
  const stale = troubleOf({ kind: 'stale', ageMillis: 12_000 });
  const others = [skew, stale].flatMap((parts) =>
    parts === undefined ? [] : [coded(parts.code.replace('CREANCE_', ''), parts.what, parts.fix)],
  );
  const page = [
    head,
    section('Requests: the token', refusals(tokenFailures)),
    section('Requests: the proof', refusals(proofFailures)),
    section('Requests: the state of the resource', refusals(momentFailures)),
    section('Joining (`JoinError`)', joins),
    section('The way to the broker', [
      ...troubles(wayRows, 'broker_'),
      coded('broker_…', otherWay.what, otherWay.fix),
      ...others,
    ]),
    section('The feed', troubles(feedRows)),
    section('Bounds', troubles(limitRows)),
  ].join('');
  await expect(page).toMatchFileSnapshot('../../../docs/reference/errors-verifier.md');
  for (const name of Object.keys(failures) as (keyof typeof failures)[]) {
    const { type } = new Failure(name).body;
    expect(page).toContain(`<a id="${type.split('#')[1]}"></a>`);
  }
});
