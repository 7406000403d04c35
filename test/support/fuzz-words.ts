import { randomBytes } from 'node:crypto';
import { edgeAudience, type OpenedByTest } from './edge.js';
import { TestKey } from './test-key.js';
import type { Words } from './wire-grammar.js';

/** Texts that parsers, terminals, logs and objects have stumbled over. */
export const hostileTexts: readonly string[] = [
  '',
  ' ',
  '__proto__',
  'constructor',
  'toString',
  '\u0000',
  'a\nb\r\nc',
  '\u001b[2J\u001b]0;x\u0007',
  '\u202egnp.exe\u202c',
  'line\u2028separator\u2029',
  '\ufeffbom',
  "'; DROP TABLE sessions; --",
  '%00%0a%s%n{{7*7}}',
  '../../../../etc/passwd',
  'x'.repeat(300),
  'é'.repeat(40),
  '🪶'.repeat(70),
];

/** Words of the manifest of tests and of sessions that live, among hostile ones. */
export function fuzzWords(sessions: readonly OpenedByTest[], manifest: string): Words {
  const key = new TestKey();
  const good = ['triage', 'crm', 'team', 'viewer', 'contacts:read', 'contacts:export'];
  const forms = [
    edgeAudience,
    key.thumbprint,
    'A'.repeat(22),
    '10.0.0.0/8',
    '::1/128',
    'a reason that somebody gives',
    key.jws('dpop+jwt', { jti: 'x', htm: 'POST', htu: 'http://127.0.0.1/', iat: 1 }),
    'sha-256=:AAAA:',
    manifest,
    manifest.replace('contacts:export', '<<: *x'),
  ];
  const ids = sessions.map(({ id }) => id as string);
  return {
    texts: [...good, ...good, ...forms, ...ids, ...hostileTexts],
    bytes: [
      new Uint8Array(),
      randomBytes(8),
      randomBytes(16),
      randomBytes(32),
      randomBytes(5_000),
      ...ids.map((id) => Buffer.from(id, 'base64url')),
    ],
  };
}
