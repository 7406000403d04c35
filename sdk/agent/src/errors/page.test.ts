import { expect, it } from 'vitest';
import { tokenOfOtherKey } from './classes.js';
import { CreanceError } from './creance-error.js';
import { configurationRows, type LocalRow, replyMalformed, requestRows } from './local.js';
import { statusRows } from './status.js';
import { streamFault, streamFaults } from './stream.js';

const head = `# Errors of the agent package

Generated from the tables of \`sdk/agent/src/errors\`; \`vitest run --project unit -u sdk/agent/src/errors/page\` writes
it. What the package says by itself, without having been told by a broker; a broker's reasons are in
[\`reasons.md\`](reasons.md). Every error has \`code\`, \`retryable\`, \`hint\` and \`docsUrl\`, which names a line here.
`;

type Row = readonly [code: string, what: string, hint: string];

const rowOf = ({ code, what, hint }: LocalRow & { readonly code: string }): Row => [
  code,
  what,
  hint,
];
const table = (rows: Readonly<Record<string, LocalRow>>): Row[] =>
  Object.entries(rows).map(([name, row]) =>
    rowOf({ code: `CREANCE_${name.toUpperCase()}`, ...row }),
  );

/** The words of an error that is made in one place, as its message has them. */
function made(error: CreanceError): Row {
  const what = error.message.slice(error.code.length + 1).split(' — ')[0] ?? '';
  return [error.code, what, error.hint];
}

/** Words that a page shows as they are. */
const cell = (words: string) => words.replaceAll('<', '&lt;').replaceAll('|', '\\|');

function section(title: string, rows: readonly Row[]): string {
  const lines = rows.map(([code, what, hint]) => {
    const anchor = code.replace(/^CREANCE_/, '').toLowerCase();
    return `| <a id="${anchor}"></a>\`${code}\` | ${cell(what)} | ${cell(hint)} |`;
  });
  return `\n## ${title}\n\n| code | what happened | fix |\n|---|---|---|\n${lines.join('\n')}\n`;
}

// breaks when: a row is added or changed and the page is not written anew
it('the page of errors has every error of the package, under the anchor that its docsUrl names', async () => {
  const statuses = [...statusRows.values()].map(({ message: what, ...row }) =>
    rowOf({ ...row, what }),
  );
  const streams = streamFaults.map((fault) => made(streamFault(fault)));
  const page = [
    head,
    section('Configuration (`ConfigurationError`)', table(configurationRows)),
    section('Requests that are not sent (`RequestRefusedError`)', table(requestRows)),
    section('The way to the broker', [
      ...statuses,
      ...streams,
      made(replyMalformed()),
      made(tokenOfOtherKey()),
    ]),
  ].join('');
  await expect(page).toMatchFileSnapshot('../../../../docs/reference/errors-agent.md');
  const { docsUrl } = new CreanceError({
    code: 'CREANCE_PLAIN_HTTP',
    what: 'a',
    hint: 'b',
    retryable: false,
  });
  expect(page).toContain(`<a id="${docsUrl.split('#')[1]}"></a>`);
});
