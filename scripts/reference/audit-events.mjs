import { page, table } from './page.mjs';

const formOf = { text: 'text', number: 'number', flag: 'true or false', texts: 'list of texts' };

/** The page of every kind of audit record. */
export function auditPage({ auditTable }) {
  const parts = Object.entries(auditTable).flatMap(([kind, { words, facts }]) => {
    const rows = Object.entries(facts).map(([name, { form, isAlways, words: said }]) => [
      `\`${name}\``,
      formOf[form] ?? form,
      isAlways ? 'always' : '',
      said,
    ]);
    const sentence = `${words[0].toUpperCase()}${words.slice(1)}.`;
    return [
      `## \`${kind}\``,
      rows.length === 0 ? `${sentence} No facts beside the shared members.` : sentence,
      ...(rows.length === 0 ? [] : [table(['fact', 'form', '', 'what it says'], rows)]),
    ];
  });
  return page(
    'broker/src/domain/audit-table.ts',
    'Audit events: every record and its facts',
    `A record is one JSON object with its members in this order: \`sequence\` (from 1), \`kind\`, \`at\` (µs since 1970),
\`actor\` (a session id, \`dev\` for the owner of a development broker, \`broker\` for itself, of an opening the thumbprint
of the key), \`session\` (or null), \`requestId\` (or null, as in the log line and the answer), \`facts\` by name. Each is
chained to the one before by SHA-256, and a checkpoint is signed at least every minute: \`creance audit verify\`.
No record holds a token, a proof, a join token or a key.`,
    ...parts,
  );
}
