import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuditForm } from '../support/audit-form.js';
import { selfSigned } from '../support/certificate.js';
import { blocksOf, docPages } from '../support/doc-pages.js';
import { DocReader } from '../support/doc-reader.js';
import { stepThrough } from '../support/doc-steps.js';

const page = docPages().find(({ name }) => name === 'docs/operations.md');
const blocks = page === undefined ? [] : blocksOf(page);
const operators = blocks.find(({ marks }) => marks.get('part') === 'operators')?.code ?? '';

// A broker as it is run in production: TLS, roles, an operator's key, a backup and its restore.
describe('the operations page', () => {
  const reader = new DocReader({ GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: 'tls.crt' });
  beforeAll(async () => {
    await reader.sitDown();
    const { certificate, key } = selfSigned();
    reader.write('tls.crt', certificate.toString());
    writeFileSync(join(reader.folder, 'tls.key'), key, { mode: 0o600 });
    expect((await reader.run('creance init')).code).toBe(0);
    const file = join(reader.folder, 'creance.yaml');
    const [before = ''] = readFileSync(file, 'utf8').split(/^operators:/m);
    writeFileSync(file, before + operators);
  });
  afterAll(() => reader.leave());

  it('has commands for the first day, for a backup and for its restore', () => {
    expect(operators).toContain('on-call');
    expect(blocks.filter(({ marks }) => marks.has('run')).length).toBeGreaterThanOrEqual(12);
  });

  // breaks when: a command that the page prints does not do what the page says, or needs another role
  stepThrough(blocks, reader);

  it('has left an audit of the forms that the reference names', () => {
    const met = expectAuditForm(reader.data);
    for (const kind of ['store_restored', 'token_keys_cut'] as const) expect(met).toContain(kind);
  });
});
