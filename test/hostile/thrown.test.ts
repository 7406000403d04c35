import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EdgeCommands } from '../../broker/src/rpc/edge-commands.js';
import { type Entries, type OpenedByTest, TestEdge, type Wire } from '../support/edge.js';
import { canary, thrownAt } from '../support/thrown.js';
import { nothing, renewSession, roomy } from '../support/under-attack.js';

const kinds = 500;
let edge: TestEdge;
let wire: Wire;
let agent: OpenedByTest;
let toThrow: { readonly at: number; readonly isLate: boolean } | undefined;

/** A verb that throws what a test wants thrown, at once or later. */
const throwing = (commands: EdgeCommands): EdgeCommands => ({
  ...commands,
  renewSession: (ask, call) => {
    if (toThrow === undefined) return commands.renewSession(ask, call);
    const { at, isLate } = toThrow;
    if (!isLate) throw thrownAt(at);
    return Promise.resolve().then(() => {
      throw thrownAt(at);
    });
  },
});

beforeAll(async () => {
  edge = await TestEdge.start({ limits: roomy, commands: throwing });
  wire = edge.wire();
  agent = await edge.session({ kind: 'workload', name: 'triage' });
});
afterAll(() => edge.dispose());

const call = () => {
  const entries: Entries = [
    ['dpop', edge.proof(renewSession, nothing, agent.key)],
    ['creance-session', agent.id],
  ];
  return wire.send(renewSession, nothing, entries, 5_000);
};

describe('F-54 a fault of the broker', () => {
  // breaks when: pipeline.ts sends what was thrown, or report.ts reads a fault that does not let itself be read
  it(`of ${kinds} kinds tells the caller a request id and nothing else`, async () => {
    for (let at = 0; at < kinds; at += 1) {
      toThrow = { at, isLate: at % 2 === 1 };
      const { reason, error } = await call();
      expect([at, reason]).toEqual([at, 'internal']);
      expect(error?.code).toBe(13);
      const seen = inspect(error, { depth: 9, showHidden: true, maxStringLength: null });
      expect(seen + JSON.stringify(error)).not.toContain(canary);
      const details = error?.metadata.get('grpc-status-details-bin')[0];
      expect(String(details)).not.toContain(canary);
    }
    toThrow = undefined;
    expect((await call()).reason).toBe('ok');
  }, 60_000);

  it('is in the log, under that request id, one line each and not without end', () => {
    const failed = edge.log.filter(({ text }) => text === 'call failed');
    expect(failed.length).toBe(kinds);
    for (const { fields } of failed) {
      expect(fields['requestId']).toMatch(/^[\w-]{22}$/);
      expect(String(fields['fault']).length).toBeLessThanOrEqual(2_048);
    }
  });
});
