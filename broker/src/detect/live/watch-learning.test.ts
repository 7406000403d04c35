import type { SessionId } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { scopesOf } from '../../doubles/ids.js';
import { grantOf, responsesOf, workloadOf } from '../../doubles/registries.js';
import { calmSteps, WatchStand } from '../doubles/watch-stand.js';
import { sessionsToSuggest } from './suggest-envelope.js';

const script = ['vault list', 'vault read', 'payments export', 'crm delete', 'vault grant'];
const granted = { grants: [grantOf({ scopes: scopesOf('contacts:export', 'contacts:read') })] };

function act(stand: WatchStand, id: SessionId, steps: readonly string[], gapMillis: number): void {
  for (const step of steps) {
    stand.pass(gapMillis);
    stand.see(id, step);
  }
}

function ask(stand: WatchStand, session: SessionId, scope: string): void {
  const audience = 'https://crm.example.internal';
  stand.watch.asked({ session, audience, scopes: scopesOf(scope), what: 'token' });
}

describe('what sessions ask for', () => {
  function taught(): WatchStand {
    const stand = new WatchStand();
    stand.setWorkload(granted);
    stand.learn();
    for (let nth = 0; nth < sessionsToSuggest; nth += 1) {
      const id = stand.open(`asks ${nth}`);
      ask(stand, id, 'contacts:read');
      act(stand, id, calmSteps, 4_500);
      stand.end(id);
    }
    return stand;
  }
  const unasked = ({ watch }: WatchStand) =>
    watch.sessions.workloads.asked.unasked(workloadOf(granted), sessionsToSuggest);

  it('is known of the workload once calm sessions have ended', () => {
    expect(unasked(taught())).toEqual({ never: ['crm contacts:export'], untold: [] });
  });

  // breaks when: close notes what was asked whatever the session came to
  it('teaches nothing from a session that came under suspicion', async () => {
    const stand = taught();
    const thief = stand.open('thief');
    ask(stand, thief, 'contacts:export');
    act(stand, thief, script, 200);
    await stand.watch.settled();
    stand.end(thief);
    expect(unasked(stand).never).toEqual(['crm contacts:export']);
    const calm = stand.open('calm');
    ask(stand, calm, 'contacts:export');
    stand.end(calm);
    expect(unasked(stand).never).toEqual([]);
  });

  it('teaches nothing by a task for a child, nor by what is not granted', () => {
    const stand = taught();
    const id = stand.open('delegates');
    const audience = 'https://crm.example.internal';
    const scopes = scopesOf('contacts:export');
    stand.watch.asked({ session: id, audience, scopes, what: 'task' });
    ask(stand, id, 'all:admin');
    stand.end(id);
    expect(unasked(stand).never).toEqual(['crm contacts:export']);
    expect(stand.watch.sessions.workloads.asked.counts('support-triage')).toHaveLength(2);
  });
});

describe('a workload in shadow', () => {
  const shadow = { responses: responsesOf({ mode: 'shadow' }) };

  // breaks when: close asks the state in which every rule is silent whether it was calm
  it('learns nothing from a session that every rule together would have observed', () => {
    const stand = new WatchStand();
    stand.learn();
    stand.setWorkload(shadow);
    const profile = stand.watch.sessions.profiles().get('support-triage');
    const before = profile?.sessions;
    const thief = stand.open('thief');
    act(stand, thief, [...calmSteps.slice(0, 3), ...script], 200);
    stand.end(thief);
    expect(profile?.sessions).toBe(before);
    expect(profile?.systems.has('vault')).toBe(false);
  });

  // breaks when: close does not ask the state of every rule whether it was calm
  it('takes no scope for used that such a session has asked for', () => {
    const stand = new WatchStand();
    stand.setWorkload(granted);
    stand.learn();
    stand.setWorkload({ ...granted, ...shadow });
    const thief = stand.open('thief');
    ask(stand, thief, 'contacts:export');
    act(stand, thief, [...calmSteps.slice(0, 3), ...script], 200);
    stand.end(thief);
    expect(stand.watch.sessions.workloads.asked.counts('support-triage')).toEqual([]);
  });

  // breaks when: close teaches from the silenced state, whose chain evidence is none: all is then a surprise
  it('learns of calm sessions what an enforced one does', () => {
    const [enforced, silent] = [new WatchStand(), new WatchStand()];
    silent.setWorkload(shadow);
    const kept = [enforced, silent].map((stand) => {
      stand.learn(6);
      for (let nth = 0; nth < 8; nth += 1) {
        const id = stand.open(`wanders ${nth}`);
        act(stand, id, [...calmSteps, `crm tag${nth}`], 4_500);
        stand.end(id);
      }
      return stand.watch.sessions.profiles().get('support-triage')?.kept();
    });
    expect(kept[1]).toEqual(kept[0]);
    expect(Math.max(...(kept[0]?.peaks ?? []))).toBeGreaterThan(0);
  });
});
