import { IssueTokenRequest } from '@creance/proto/wire';
import { afterEach, expect } from 'vitest';
import { edgeAudience, TestEdge, type TestEdgeOptions } from './edge.js';
import { Http2Attacker } from './http2-attacker.js';

/** Paths that attacks use. */
export const openSession = '/creance.v1.SessionService/OpenSession';
export const issueToken = '/creance.v1.SessionService/IssueToken';
export const renewSession = '/creance.v1.SessionService/RenewSession';
export const endSession = '/creance.v1.SessionService/EndSession';
export const createJoinToken = '/creance.v1.RegistryService/CreateJoinToken';

/** A request for a token that is granted. */
export const issueRequest: Uint8Array = IssueTokenRequest.encode({
  audience: edgeAudience,
  scopes: ['contacts:read'],
  lifetimeSeconds: 0,
}).finish();

/** The bytes of every empty message. */
export const nothing: Uint8Array = new Uint8Array();

/** Room enough that only the bound under test is hit. */
export const roomy = {
  failuresBurst: 1_000_000,
  workloadBurst: 1_000_000,
  ownerBurst: 1_000_000,
  connectionsPerAddress: 5_000,
  strangersPerAddress: 5_000,
} as const;

/** What a test starts and dials; all of it is closed after the test. */
export interface UnderAttack {
  start(options?: TestEdgeOptions): Promise<TestEdge>;
  attacker(edge: TestEdge): Http2Attacker;
  closeLater(each: { close(): void }): void;
}

/** Edges and attackers for the tests of a file. */
export function underAttack(): UnderAttack {
  const edges: TestEdge[] = [];
  const closers: { close(): void }[] = [];
  afterEach(async () => {
    for (const each of closers.splice(0)) each.close();
    for (const edge of edges.splice(0)) await edge.dispose();
  });
  return {
    async start(options = {}) {
      const edge = await TestEdge.start({ ...options, limits: { ...roomy, ...options.limits } });
      edges.push(edge);
      return edge;
    },
    attacker(edge) {
      const made = new Http2Attacker(edge.origin);
      closers.push(made);
      return made;
    },
    closeLater: (each) => void closers.push(each),
  };
}

/** An honest call gets its answer: whatever was done before, the broker lives, serves and had no fault. */
export async function expectAlive(edge: TestEdge): Promise<void> {
  const agent = await edge.session({ kind: 'workload', name: 'triage' });
  const token = await edge.client().issue(agent.id, agent.key, edgeAudience, ['contacts:read']);
  expect(token.tokenType).toBe('DPoP');
  expect(edge.log.filter(({ level }) => level === 'error')).toEqual([]);
}
