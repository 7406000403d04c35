import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Fact, ForeignKeyFact, TwoProofsFact } from '../domain/fact.js';
import type { OnForeignKey } from '../domain/registry.js';
import type { Signal } from '../domain/signal.js';
import { sessionIdOf } from '../doubles/ids.js';
import { registryOf, responsesOf, workloadOf } from '../doubles/registries.js';
import { goodOf } from './doubles/theft-store.js';
import { WitnessStand } from './doubles/witness-stand.js';
import { openResponder } from './respond.js';

let stand: WitnessStand;
let waits: number[];
const reporters = [{ resource: 'crm', witness: sessionIdOf('verifier of crm') }];

beforeEach(() => {
  [stand, waits] = [new WitnessStand(), []];
});

function respond(fact: Fact, policy: OnForeignKey | 'nobody' = 'token') {
  const workloads =
    policy === 'nobody' ? [] : [workloadOf({ responses: responsesOf({ onForeignKey: policy }) })];
  return openResponder({
    store: stand.store,
    registry: () => registryOf({ workloads }),
    now: () => stand.clock.now(),
    wait: async (millis) => void waits.push(millis),
  })(fact, reporters);
}

function leakOf(session = stand.agent): ForeignKeyFact {
  const audience = 'https://crm.example.internal';
  const leak = stand.leak(stand.token(session));
  return goodOf(stand.proofs.foreignKey({ ...leak, audience, now: stand.clock.now() }));
}

function cloneOf(): TwoProofsFact {
  const proof = () => stand.proof(stand.agentKey, { ctr: 7 });
  return goodOf(stand.proofs.clonedKey({ session: stand.agent.id, proofs: [proof(), proof()] }));
}

function leftOut(): TwoProofsFact {
  const proofs = [stand.proofAt(7), stand.proofAt(undefined, 1)] as const;
  return goodOf(stand.proofs.clonedKey({ session: stand.agent.id, proofs }));
}

describe('a leaked token', () => {
  it.each([
    ['token', 'cutTokens', 'child', 'tokens_cut', 'tokens_cut'],
    ['session', 'cutSession', 'child', 'session_cut', 'session_revoked'],
    ['tree', 'cutSession', 'agent', 'session_cut', 'tree_revoked'],
    ['nobody', 'cutTokens', 'child', 'tokens_cut', 'tokens_cut'],
  ] as const)(
    'is answered by the policy of its workload: %s',
    async (policy, verb, on, kind, outcome) => {
      const child = stand.store.put(stand.sessionOf('child', { parent: stand.agent.id }));
      const fact = leakOf(child);
      const answered = await respond(fact, policy);
      const session = on === 'child' ? child.id : stand.agent.id;
      expect(answered).toMatchObject({
        fact,
        session,
        outcome,
        done: { revision: expect.any(Number) },
      });
      expect(stand.store.asked).toMatchObject([{ verb, session, audit: { kind, session } }]);
    },
  );

  it('leaves a record that names reporter and evidence, and holds no bytes', async () => {
    await respond(leakOf());
    const [{ audit }] = stand.store.asked as [(typeof stand.store.asked)[0]];
    expect(audit).toMatchObject({
      actor: 'broker',
      at: stand.clock.now(),
      facts: {
        reason: expect.stringMatching(/another key/),
        fact: 'foreign_key',
        ofSession: stand.agent.id,
        resources: ['crm'],
        witnesses: [sessionIdOf('verifier of crm')],
      },
    });
    expect(JSON.stringify(audit)).not.toContain('eyJ');
  });
});

describe('a cloned key', () => {
  it('is answered by the store’s rule: first held, then revoked', async () => {
    const first = await respond(cloneOf());
    expect(first).toMatchObject({ session: stand.agent.id, outcome: 'tree_suspended' });
    stand.store.resume(stand.agent.id);
    expect(await respond(cloneOf())).toMatchObject({ outcome: 'tree_revoked' });
    expect(stand.store.asked.map(({ audit }) => audit.kind)).toEqual([
      'theft_answered',
      'theft_answered',
    ]);
  });
});

describe('a counter that is left out', () => {
  // breaks when: it is answered as a theft, whose repetition revokes
  it('holds the tree and its evidence, however often it comes, and revokes nothing', async () => {
    for (let times = 0; times < 3; times += 1) {
      const held = { session: stand.agent.id, outcome: 'tree_suspended' };
      expect(await respond(leftOut())).toMatchObject(held);
      stand.store.resume(stand.agent.id);
    }
    for (const asked of stand.store.asked) {
      expect(asked).toMatchObject({ verb: 'suspendForRisk', tree: true, holdEvidence: true });
      expect(asked.audit).toMatchObject({ kind: 'risk_suspended', facts: { otherCounter: 0 } });
    }
    // A clone that is proved afterwards is the first theft.
    expect(await respond(cloneOf())).toMatchObject({ outcome: 'tree_suspended' });
  });
});

describe('a store that refuses', () => {
  it('is asked again while it is busy, with pauses that grow', async () => {
    stand.store.refusals.push('store_busy', 'store_busy');
    expect(await respond(leakOf())).toMatchObject({ outcome: 'tokens_cut' });
    expect(waits).toEqual([50, 100]);
    stand.store.refusals.push(...Array.from({ length: 6 }, () => 'store_busy' as const));
    expect(await respond(leakOf())).toMatchObject({ outcome: 'store_busy' });
  });

  it('is not asked again when it has failed', async () => {
    stand.store.refusals.push('store_failed');
    expect(await respond(leakOf(), 'session')).toMatchObject({ outcome: 'store_failed' });
    stand.store.refusals.push('store_failed');
    expect(await respond(cloneOf())).toMatchObject({ outcome: 'store_failed' });
    expect(waits).toEqual([]);
  });
});

// Law 11: only a fact may revoke.
describe('what is no fact', () => {
  // breaks when: Respond takes a Signal, or the brand of Fact is dropped: then the lines under
  // `@ts-expect-error` compile, and `tsc -b` says so
  it('does not compile as something to answer', () => {
    const answer = (..._: Parameters<ReturnType<typeof openResponder>>) => {};
    const signal: Signal = { kind: 'counter_suspicion', session: stand.agent.id };
    // @ts-expect-error a signal is no fact
    answer(signal, []);
    // @ts-expect-error what merely looks like a fact is none
    answer({ kind: 'cloned_key', session: stand.agent.id, words: '', figures: {} }, []);
    expect(stand.store.asked).toEqual([]);
  });

  // breaks when: another file of the broker casts something to a fact, or this room asks the store for an
  // end anywhere but in the answers to facts
  it('is made a fact in one file, and ends something in one other', () => {
    const sources = join(import.meta.dirname, '..');
    const files = (readdirSync(sources, { recursive: true }) as string[]).filter(
      (name) => name.endsWith('.ts') && !/\.test\.ts$|doubles/.test(name),
    );
    const holding = (pattern: RegExp, folder = '') =>
      files.filter(
        (name) =>
          name.startsWith(folder) && pattern.test(readFileSync(join(sources, name), 'utf8')),
      );
    expect(holding(/\bas (unknown as )?(T\b|[A-Za-z]*Fact\b)/).filter(isOfFacts)).toEqual([
      'tokens/theft-proofs.ts',
    ]);
    expect(holding(/\.(answerTheft|cutTokens|cutSession|suspendSession)\(/, 'detect/')).toEqual([
      'detect/respond.ts',
    ]);
    function isOfFacts(name: string): boolean {
      return readFileSync(join(sources, name), 'utf8').includes('domain/fact.js');
    }
  });
});
