import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { handleOf } from '../../doubles/ids.js';
import { resourceOf, responsesOf } from '../../doubles/registries.js';
import { calmSteps, WatchStand } from '../doubles/watch-stand.js';

/** What a script does with a stolen session: many things that the workload never does, at once. */
const script = [
  'vault list',
  'vault read',
  'payments export',
  'crm delete',
  'vault grant',
  'payments send',
];

/** A calm start, then the script, 200 ms a step. */
async function hijack(stand: WatchStand, id: SessionId, parts = {}): Promise<void> {
  for (const step of calmSteps.slice(0, 3)) {
    stand.pass(4_500);
    stand.see(id, step);
  }
  for (const step of script) {
    stand.pass(200);
    stand.see(id, step, parts);
  }
  await stand.watch.settled();
}

function learned(): WatchStand {
  const stand = new WatchStand();
  stand.learn();
  return stand;
}

describe('Watch', () => {
  it('suspends a session that a script has taken over, within a few actions', async () => {
    const stand = learned();
    const id = stand.open('hijacked');
    await hijack(stand, id);
    expect(stand.held[0]).toMatchObject({ session: id });
    expect(['suspend', 'suspendTree']).toContain(stand.watch.levelOf(id));
    expect(stand.faults).toEqual([]);
  });

  it('writes down why, in words and figures', async () => {
    const stand = learned();
    await hijack(stand, stand.open('hijacked'));
    const { audit } = stand.held[0] ?? {};
    expect(audit).toMatchObject({ kind: 'risk_suspended', actor: 'broker' });
    expect(String(audit?.facts['reason'])).toMatch(/\d/);
    expect(audit?.facts['terms']).not.toEqual([]);
  });

  it('leaves calm sessions alone', () => {
    const stand = learned();
    expect(stand.decisions).toEqual([]);
    expect(stand.held).toEqual([]);
  });

  it('judges a cold workload by what is declared alone', async () => {
    const stand = new WatchStand();
    const id = stand.open('first');
    await hijack(stand, id);
    // breaks when: the detectors do not scale by confidence
    expect(stand.held).toEqual([]);
  });

  it('holds the lowest session whose subtree shows the evidence, and its siblings go on', async () => {
    const stand = learned();
    const root = stand.open('root');
    const [good, bad] = [stand.open('good', root), stand.open('bad', root)];
    for (const id of [root, good]) {
      stand.pass(4_000);
      stand.see(id, 'crm search');
    }
    await hijack(stand, bad);
    const first = stand.held[0];
    expect(first?.tree === true || first?.session === bad).toBe(true);
  });

  it('says what it would have done in shadow, and does nothing', async () => {
    const stand = learned();
    stand.setWorkload({ responses: responsesOf({ mode: 'shadow' }) });
    const id = stand.open('hijacked');
    await hijack(stand, id);
    expect(stand.held).toEqual([]);
    expect(stand.watch.levelOf(id)).toBe('calm');
    expect(stand.decisions.map(({ done }) => done)).toContain('would have');
  });

  it('tells of one rule and enforces the others', async () => {
    const stand = learned();
    const rules = new Map([['pace', 'alert']] as const);
    stand.setWorkload({ responses: responsesOf({ rules }) });
    const id = stand.open('hijacked');
    await hijack(stand, id);
    // breaks when: weigh does not ask the envelope which rules are silent
    expect(stand.watch.explain(id)?.session.watched.terms.map(({ kind }) => kind)).not.toContain(
      'pace',
    );
    expect(stand.decisions.map(({ done }) => done)).toContain('alert');
    expect(stand.watch.levelOf(id)).toBe('narrow');
  });

  it('narrows and tells when automatic suspensions are capped', async () => {
    const stand = new WatchStand({ perWorkload: 1, perOwner: 30, perResource: 30 });
    stand.learn();
    await hijack(stand, stand.open('one'));
    const second = stand.open('two');
    await hijack(stand, second);
    expect(stand.held.map(({ session }) => session)).not.toContain(second);
    expect(stand.watch.levelOf(second)).toBe('narrow');
    expect(stand.capped).toContain('perWorkload');
  });

  it('asks a busy store again, and narrows when it cannot write', async () => {
    const stand = learned();
    stand.refusals.push('store_busy');
    const id = stand.open('one');
    await hijack(stand, id);
    expect(stand.held.length).toBeGreaterThan(0);
    stand.refusals.push('store_failed', 'store_failed', 'store_failed');
    const other = stand.open('two');
    await hijack(stand, other);
    expect(stand.watch.levelOf(other)).toBe('narrow');
  });

  it('begins anew with a session that a person has let go', async () => {
    const stand = learned();
    const id = stand.open('hijacked');
    await hijack(stand, id);
    stand.watch.resumed(id);
    expect(stand.watch.levelOf(id)).toBe('calm');
    stand.pass(5_000);
    stand.see(id, 'crm read');
    expect(stand.watch.explain(id)?.risk).toBeLessThan(0.35);
  });

  it('still explains a session that has ended when something was decided about it', async () => {
    const stand = learned();
    const id = stand.open('hijacked');
    await hijack(stand, id);
    const calm = stand.open('calm');
    stand.see(calm, 'crm search');
    for (const each of [id, calm]) stand.end(each);
    expect(stand.watch.explain(id)?.peak).toBeGreaterThan(0.8);
    expect(stand.watch.explain(calm)).toBeUndefined();
  });

  it('learns nothing from a session that came under suspicion', async () => {
    const stand = learned();
    const id = stand.open('hijacked');
    await hijack(stand, id);
    const profile = stand.watch.sessions.profiles().get('support-triage');
    const before = profile?.sessions;
    stand.end(id);
    // breaks when: close learns always
    expect(profile?.sessions).toBe(before);
  });

  it('suspends whoever touches a canary', async () => {
    const stand = learned();
    const bait = resourceOf({ name: 'bait', canary: true });
    stand.registry = {
      ...stand.registry,
      resources: new Map([...stand.registry.resources, ['bait', bait]]),
    };
    const id = stand.open('curious');
    stand.see(id, 'bait read');
    await stand.watch.settled();
    expect(stand.held).toMatchObject([{ session: id }]);
  });

  it('takes no word of an agent about a canary or its own network', async () => {
    const stand = learned();
    const id = stand.open('liar');
    for (const network of ['198.51.100.0/24', '203.0.113.0/24'])
      stand.see(id, 'crm search', { strength: 'weak', network });
    await stand.watch.settled();
    expect(stand.watch.explain(id)?.session.watched.terms.map(({ kind }) => kind)).not.toContain(
      'origin',
    );
  });

  it('weighs a refused use once a minute of a kind', () => {
    const stand = learned();
    const id = stand.open('replayed');
    stand.see(id, 'crm search');
    for (let nth = 0; nth < 50; nth += 1)
      stand.watch.refused('proof_replayed', stand.sighting(id, 'crm', 'read'));
    expect(stand.watch.explain(id)?.risk).toBeLessThan(0.35);
  });

  it('weighs what a provider says of a login on every session below it, and on no other', async () => {
    const stand = learned();
    const login = handleOf('login');
    const below = stand.open('below', undefined, { upstream: login });
    const beside = stand.open('beside');
    for (const id of [below, beside]) stand.see(id, 'crm search');
    stand.watch.upstream(login, 'risk_high');
    await stand.watch.settled();
    expect(stand.held.map(({ session }) => session)).toEqual([below]);
    expect(stand.watch.levelOf(beside)).toBe('calm');
  });

  it('watches no verifier, and nobody that it does not know', () => {
    const stand = learned();
    stand.see('nobody' as SessionId, 'crm read');
    expect(stand.watch.explain('nobody' as SessionId)).toBeUndefined();
  });
});
