import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { blocksOf, docPages } from '../support/doc-pages.js';
import { DocReader } from '../support/doc-reader.js';
import { stepThrough } from '../support/doc-steps.js';
import { soon } from '../support/flow-operator.js';

const page = docPages().find(({ name }) => name === 'README.md');
const reader = new DocReader();

beforeAll(() => reader.sitDown());
afterAll(() => reader.leave());

// breaks when: a command, a file or an output of the README is not what a newcomer meets
describe('the README, from an empty folder to a cut', () => {
  stepThrough(page === undefined ? [] : blocksOf(page), reader);

  it('ends the agent, which says why', async () => {
    await vi.waitFor(() => expect(reader.said).toContain('CREANCE_SESSION_REVOKED'), soon);
  });
});
