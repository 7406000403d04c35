import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { handleOf, scopesOf } from '../../doubles/ids.js';
import { responsesOf } from '../../doubles/registries.js';
import { calmSteps, WatchStand } from '../doubles/watch-stand.js';

/** What a thief does, one step a child. */
const script = ['vault list', 'vault read', 'payments export', 'crm delete', 'vault grant'];

function learned(): WatchStand {
  const stand = new WatchStand();
  stand.learn();
  return stand;
}

/** A root and its children that act in turn; gives the risk after each action. */
function spread(start: WatchStand, restartAt: number | undefined): readonly number[] {
  let stand = start;
  const root = stand.open('root');
  const children = Array.from({ length: 5 }, (_, nth) => stand.open(`child ${nth}`, root));
  for (const id of [root, ...children]) {
    stand.pass(4_500);
    stand.see(id, 'crm search');
  }
  if (restartAt !== undefined) stand.keep();
  return script.map((step, nth) => {
    if (nth === restartAt) stand = stand.restarted();
    stand.pass(900);
    const id = children[nth] as SessionId;
    stand.see(id, step);
    if (restartAt !== undefined) stand.keep();
    const { watched } = stand.watch.explain(id)?.session ?? {};
    return watched?.tree === undefined ? Number.NaN : stand.engine.riskOf(watched.tree).risk;
  });
}

describe('a restart', () => {
  const without = spread(learned(), undefined);

  // breaks when: the tree begins anew from its root, or is kept only when the root itself has acted
  it.each([1, 2, 3, 4])('before step %i changes nothing of what a tree comes to', (at) => {
    expect(without.at(-1)).toBeGreaterThan(0.5);
    const with_ = spread(learned(), at);
    expect(with_).toHaveLength(without.length);
    for (const [nth, risk] of with_.entries()) expect(risk).toBeCloseTo(without[nth] ?? 0, 5);
  });

  it('leaves what a session is under, also where its state is torn', () => {
    const stand = learned();
    const id = stand.open('narrowed');
    stand.see(id, 'crm search');
    const live = stand.watch.sessions.get(id);
    if (live === undefined) throw new Error('not watched');
    live.imposed = 'narrow';
    stand.watch.sessions.changed(live);
    stand.keep();
    expect(stand.restarted().watch.levelOf(id)).toBe('narrow');
  });

  it('keeps what every rule would have found, where some are silent', () => {
    const stand = learned();
    stand.setWorkload({ responses: responsesOf({ mode: 'alert' }) });
    const id = stand.open('told');
    for (const step of [...calmSteps.slice(0, 3), ...script]) {
      stand.pass(200);
      stand.see(id, step);
    }
    const before = stand.watch.explain(id)?.session.unsilenced?.terms ?? [];
    expect(before.length).toBeGreaterThan(0);
    stand.keep();
    const again = stand.restarted();
    expect(again.watch.explain(id)?.session.unsilenced?.terms).toEqual(before);
  });

  // breaks when: what is asked for is forgotten: then a scope that is used passes for unused
  it('keeps what calm sessions have asked for, and what a live one has asked', () => {
    const stand = new WatchStand();
    const ask = (of: WatchStand, session: SessionId) =>
      of.watch.asked({
        session,
        audience: 'https://crm.example.internal',
        scopes: scopesOf('contacts:read'),
        what: 'token',
      });
    const [first, second] = [stand.open('first'), stand.open('second')];
    for (const id of [first, second]) ask(stand, id);
    stand.end(first);
    stand.keep();
    const again = stand.restarted();
    const counts = () => again.watch.sessions.workloads.asked.counts('support-triage');
    expect(counts()).toEqual([{ name: 'crm contacts:read', sessions: 1, asked: 1 }]);
    again.end(second);
    expect(counts()).toEqual([{ name: 'crm contacts:read', sessions: 2, asked: 2 }]);
  });

  it('finds the trees below a login again', async () => {
    const stand = learned();
    const upstream = handleOf('login');
    const root = stand.open('root', undefined, { upstream });
    const child = stand.open('child', root, { upstream });
    stand.see(child, 'crm search');
    stand.keep();
    const again = stand.restarted();
    again.watch.upstream(upstream, 'risk_high');
    await again.watch.settled();
    expect(again.held.length).toBeGreaterThan(0);
  });
});
