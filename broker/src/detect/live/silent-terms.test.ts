import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import type { Responses } from '../../domain/registry.js';
import { responsesOf } from '../../doubles/registries.js';
import { calmSteps, WatchStand } from '../doubles/watch-stand.js';
import type { LiveSession } from './live-session.js';
import { silentTerms, termsBehind } from './silent-terms.js';

const script = ['vault list', 'vault read', 'payments export', 'crm delete', 'vault grant'];

async function hijacked(responses: Responses) {
  const stand = new WatchStand();
  stand.learn();
  stand.setWorkload({ responses });
  const id = stand.open('hijacked');
  const steps = [...calmSteps.slice(0, 3), ...script];
  for (const [nth, step] of steps.entries()) {
    stand.pass(nth < 3 ? 4_500 : 200);
    stand.see(id, step, { network: nth < 3 ? '192.0.2.0/24' : '198.51.100.0/24' });
  }
  stand.watch.refused('proof_replayed', stand.sighting(id, 'crm', 'read'));
  await stand.watch.settled();
  return { stand, id, session: sessionIn(stand, id) };
}

function sessionIn(stand: WatchStand, id: SessionId): LiveSession {
  const found = stand.watch.explain(id)?.session;
  if (found === undefined) throw new Error('not watched');
  return found;
}

const kindsOf = (terms: readonly { readonly kind: string }[]) =>
  [...new Set(terms.map(({ kind }) => kind))].sort();

describe('silentTerms', () => {
  // breaks when: the terms of the unsilenced state are given as they are
  it('are those of the rules that are not enforced, with their mode, and of no other', async () => {
    const rules = new Map([
      ['pace', 'shadow'],
      ['chain', 'alert'],
    ] as const);
    const responses = responsesOf({ rules });
    const { session } = await hijacked(responses);
    const silent = silentTerms(session, responses);
    expect(kindsOf(silent)).toEqual(['chain', 'pace']);
    for (const { kind, mode } of silent) expect(mode).toBe(kind === 'pace' ? 'shadow' : 'alert');
    const counted = kindsOf(session.watched.terms);
    expect(counted).toContain('novelty');
    for (const kind of ['chain', 'pace']) expect(counted).not.toContain(kind);
  });

  // breaks when: a kind that one silent rule speaks of is taken for silent whole: refused uses always count
  it('hold no refused use though canaries are silent too', async () => {
    const responses = responsesOf({ rules: new Map([['canary', 'shadow']] as const) });
    const { session } = await hijacked(responses);
    expect(kindsOf(session.watched.terms)).toContain('facts');
    expect(silentTerms(session, responses)).toEqual([]);
  });

  it('tell two rules of one kind apart: what came from elsewhere, and who travels with whom', async () => {
    const responses = responsesOf({ rules: new Map([['fanin', 'shadow']] as const) });
    const { session } = await hijacked(responses);
    expect(kindsOf(session.watched.terms)).toContain('origin');
    expect(silentTerms(session, responses)).toEqual([]);
    const origin = responsesOf({ rules: new Map([['origin', 'shadow']] as const) });
    const other = (await hijacked(origin)).session;
    expect(kindsOf(silentTerms(other, origin))).toEqual(['origin']);
  });

  // breaks when: what the enforced state does not hold is taken for silent, whatever its rule
  it('hold nothing of an enforced rule, though its term is not among those that are kept', () => {
    const term = { at: 0, atMillis: 1, resource: 'crm', action: 'read', added: 1, words: 'odd' };
    const state = (...kinds: readonly ('chain' | 'pace')[]) => ({
      terms: kinds.map((kind) => ({ ...term, kind })),
    });
    const session = { watched: state(), unsilenced: state('chain', 'pace') };
    const responses = responsesOf({ rules: new Map([['pace', 'alert']] as const) });
    expect(kindsOf(silentTerms(session as unknown as LiveSession, responses))).toEqual(['pace']);
  });

  it('are all of them when nothing is enforced, and none when everything is', async () => {
    const all = responsesOf({ mode: 'alert' });
    const { session } = await hijacked(all);
    const silent = silentTerms(session, all);
    expect(kindsOf(silent)).toEqual(expect.arrayContaining(['chain', 'novelty', 'origin']));
    expect(silentTerms((await hijacked(responsesOf())).session, responsesOf())).toEqual([]);
  });
});

describe('termsBehind', () => {
  it('are what every rule has found for what was only told, and what counted for what was done', async () => {
    const { session } = await hijacked(responsesOf({ mode: 'alert' }));
    expect(session.decisions.map(({ done }) => done)).toContain('alert');
    expect(termsBehind(session, { done: 'alert' })).toBe(session.unsilenced?.terms);
    expect(termsBehind(session, { done: 'narrow' })).toBe(session.watched.terms);
  });
});
