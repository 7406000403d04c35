import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectAuditForm } from '../support/audit-form.js';
import { blocksOf, docPages, repository } from '../support/doc-pages.js';
import { DocReader } from '../support/doc-reader.js';
import { stepThrough } from '../support/doc-steps.js';

const page = docPages().find(({ name }) => name === 'docs/tutorial.md');
const blocks = page === undefined ? [] : blocksOf(page);

describe('the tutorial', () => {
  const reader = new DocReader();
  beforeAll(() => reader.sitDown());
  afterAll(() => reader.leave());

  it('has commands, files and outputs, and nothing that is only shown', () => {
    const count = (mark: string) => blocks.filter(({ marks }) => marks.has(mark)).length;
    expect(count('run')).toBeGreaterThanOrEqual(12);
    expect(count('file')).toBeGreaterThanOrEqual(5);
    expect(count('output')).toBeGreaterThanOrEqual(5);
    expect(blocks.filter(({ marks }) => marks.size === 0)).toEqual([]);
  });

  it('installs what the examples of this repository have', () => {
    const setup = blocks.find(({ marks }) => marks.get('run') === 'setup')?.code ?? '';
    const names = /npm install (.*)/.exec(setup)?.[1]?.split(' ') ?? [];
    expect(names.length).toBeGreaterThan(3);
    for (const name of names) {
      expect(existsSync(join(repository, 'agents-examples/node_modules', name)), name).toBe(true);
    }
  });

  // breaks when: a command, file, output, code or message that the page shows is not what a reader gets
  stepThrough(blocks, reader);

  it('ends as the page says', async () => {
    await expect.poll(() => reader.said, { timeout: 10_000 }).toContain('CREANCE_SESSION_REVOKED');
    expect(reader.said).toContain('the bait: CREANCE_SCOPE_NOT_GRANTED');
    expect(reader.said).toContain('the end: CREANCE_SESSION_REVOKED');
    const met = expectAuditForm(reader.data);
    for (const kind of ['token_key_published', 'manifest_applied', 'handle_cut'] as const)
      expect(met).toContain(kind);
  });
});
