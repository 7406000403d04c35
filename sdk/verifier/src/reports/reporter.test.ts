import { inspect } from 'node:util';
import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import {
  foreignProofMillis,
  reportMillis,
  reportObservationsMax,
  reportTriesMax,
} from '../limits.js';
import { type Answer, away, hashOf, openReporter, taken } from '../support/reporter-bench.js';
import { allowed, newSession, refused, theft } from '../support/sightings.js';

describe('Reporter', () => {
  it('gathers sightings for 20 ms, and says how long ago each was', async () => {
    const { pass, reporter, reports } = openReporter();
    const session = newSession();
    reporter.note(allowed(session, { proof: { text: 'proof', counter: 7, issuedAt: 9 } }));
    await pass(15);
    reporter.note(refused(session));
    await pass(reportMillis - 16);
    expect(reports).toEqual([]);
    await pass(1);
    expect(reports).toHaveLength(1);
    const [first, second] = reports[0]?.actions ?? [];
    expect([first?.ageMillis, second?.ageMillis].sort()).toEqual([20, 5].sort());
    expect(reports[0]?.actions.find(({ refusal }) => refusal === undefined)).toEqual({
      id: expect.any(Uint8Array),
      sessionId: session,
      tokenHash: undefined,
      action: 'GET /contacts/:id',
      refusal: undefined,
      ageMillis: 20,
      proof: { counter: 7, issuedAt: 9, hash: hashOf('proof') },
      foreignProof: undefined,
    });
    expect(first?.id).toHaveLength(16);
    expect(first?.id).not.toEqual(second?.id);
  });

  // breaks when: #arm sends without the clock in between.
  it('sends 100 at once, but not while whoever notes waits', async () => {
    const { hashed, pass, reporter, reports } = openReporter();
    for (let at = 0; at < reportObservationsMax; at += 1) reporter.note(allowed(newSession()));
    expect([reports.length, hashed()]).toEqual([0, 0]);
    await pass(0);
    expect(reports[0]?.actions).toHaveLength(reportObservationsMax);
    expect(reporter.waiting).toBe(0);
  });

  it('sends a leak at once', async () => {
    const { pass, reporter, sent } = openReporter();
    const session = newSession();
    reporter.note(allowed(session));
    reporter.note(theft(session));
    await pass(0);
    expect(sent()).toHaveLength(2);
    expect(sent().map(({ foreignProof }) => foreignProof?.proof)).toContain('p'.repeat(2_048));
  });

  it('tells one leak of a token in a second, and the others as refused', async () => {
    const { pass, reporter, sent } = openReporter();
    const session = newSession();
    for (let at = 0; at < 50; at += 1) reporter.note(theft(session, 'token'));
    expect(reporter.wantsForeignProof('token')).toBe(false);
    expect(reporter.wantsForeignProof('other')).toBe(true);
    await pass(0);
    await pass(reportMillis);
    expect(sent()).toHaveLength(50);
    expect(sent().filter(({ foreignProof }) => foreignProof !== undefined)).toHaveLength(1);
    await pass(foreignProofMillis);
    expect(reporter.wantsForeignProof('token')).toBe(true);
  });

  it('counts what it may say nothing of, and sends nothing for it', async () => {
    const { clock, events, pass, reporter, reports } = openReporter();
    const nobody = refused(newSession(), { sessionId: undefined, proof: undefined });
    for (let at = 0; at < 9; at += 1) reporter.note(nobody);
    expect(clock.waiting).toBe(0);
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(reports[0]?.actions).toHaveLength(1);
    expect(events).toEqual([{ kind: 'reported', observations: 1, dropped: 0, unread: 9 }]);
  });

  it('has one call in flight', async () => {
    const { broker, pass, reporter, reports } = openReporter();
    let answer = (_: Answer) => {};
    broker.answer = () =>
      new Promise((resolve) => {
        answer = resolve;
      });
    for (let at = 0; at < 150; at += 1) reporter.note(allowed(newSession()));
    await pass(0);
    for (let at = 0; at < 150; at += 1) reporter.note(allowed(newSession()));
    await pass(10_000);
    expect(reports).toHaveLength(1);
    answer(ok(taken));
    await pass(0);
    expect(reports).toHaveLength(2);
  });

  // breaks when: ids are made in reportOf.
  it('sends again under the same ids, older by then', async () => {
    const { broker, pass, reporter, reports, events } = openReporter();
    const answers = [away, away];
    broker.answer = () => answers.shift() ?? ok(taken);
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    await pass(5_000);
    await pass(5_000);
    expect(reports).toHaveLength(3);
    expect(new Set(reports.map(({ actions }) => hashOf(String(actions[0]?.id)))).size).toBe(1);
    expect(reports.map(({ actions }) => actions[0]?.ageMillis)).toEqual([20, 5_020, 10_020]);
    expect(events).toEqual([{ kind: 'reported', observations: 1, dropped: 0, unread: 0 }]);
    await pass(60_000);
    expect(reports).toHaveLength(3);
  });

  it('gives up after reportTriesMax tries, and tells the broker how many it has lost', async () => {
    const { broker, events, pass, reporter, reports } = openReporter();
    broker.answer = () => away;
    reporter.note(allowed(newSession()));
    for (let at = 0; at < 20; at += 1) await pass(5_000);
    expect(reports).toHaveLength(reportTriesMax);
    expect(events).toEqual([{ kind: 'unreported', observations: 1, code: 'UNAVAILABLE' }]);
    broker.answer = () => ok(taken);
    for (const dropped of [1, 0]) {
      reporter.note(allowed(newSession()));
      await pass(reportMillis);
      expect(reports.at(-1)?.dropped).toBe(dropped);
    }
  });

  it.each(['INVALID_ARGUMENT', 'UNIMPLEMENTED'])('tries once what %s refuses', async (status) => {
    const { broker, pass, reporter, reports } = openReporter();
    broker.answer = () => refuse({ status, reason: undefined });
    reporter.note(allowed(newSession()));
    for (let at = 0; at < 5; at += 1) await pass(5_000);
    expect(reports).toHaveLength(1);
  });

  it('is bounded under a flood while the broker is away, and tells what it drops', async () => {
    const limits = { observationsMax: 300, observationsPerSessionMax: 200 };
    const { broker, limitsHit, pass, reporter, reports } = openReporter(limits);
    broker.answer = () => new Promise<Answer>(() => {});
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    const loud = newSession();
    for (let at = 0; at < 10_000; at += 1) reporter.note(allowed(loud));
    expect(reporter.waiting).toBe(200);
    for (let at = 0; at < 200; at += 1) reporter.note(allowed(newSession()));
    expect(reporter.waiting).toBe(300);
    expect(reports).toHaveLength(1);
    expect(limitsHit()).toEqual([]);
  });

  it('says observations_full once a report, with how many', async () => {
    const limits = { observationsMax: 10, observationsPerSessionMax: 10 };
    const { limitsHit, pass, reporter, reports } = openReporter(limits);
    for (let at = 0; at < 500; at += 1) reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(limitsHit()).toEqual([{ kind: 'limit', reason: 'observations_full', count: 490 }]);
    expect(reports[0]?.dropped).toBe(490);
  });

  it('says proofs_kept_full, with how many', async () => {
    const { limitsHit, pass, reporter } = openReporter({ proofsKeptMax: 3 });
    for (let at = 0; at < 10; at += 1) reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(limitsHit()).toEqual([{ kind: 'limit', reason: 'proofs_kept_full', count: 7 }]);
  });

  it('cuts off the name of an action that is too long', async () => {
    const { pass, reporter, sent } = openReporter();
    reporter.note(allowed(newSession(), { action: 'a'.repeat(5_000) }));
    await pass(reportMillis);
    expect(sent()[0]?.action).toBe('a'.repeat(128));
  });

  it('tries once more to send when it is closed, and notes nothing afterwards', async () => {
    const { broker, clock, pass, reporter, reports } = openReporter();
    broker.answer = () => away;
    reporter.note(allowed(newSession()));
    await reporter.close();
    expect(reports).toHaveLength(1);
    reporter.note(allowed(newSession()));
    reporter.want([hashOf('any')]);
    expect(reporter.wantsForeignProof('any')).toBe(false);
    await pass(10_000);
    expect([reports.length, reporter.waiting, clock.waiting]).toEqual([1, 0, 0]);
  });

  it('survives a way to the broker that throws', async () => {
    const { broker, events, pass, reporter, reports } = openReporter();
    broker.answer = () => {
      throw new Error('a fault');
    };
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(events).toEqual([{ kind: 'unreported', observations: 1, code: 'INTERNAL' }]);
    broker.answer = () => ok(taken);
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(reports).toHaveLength(2);
  });

  // breaks when: an event is given the sighting.
  it('tells no handle, token or proof in an event, in inspect or as JSON', async () => {
    const { events, pass, reporter } = openReporter({ proofsKeptMax: 1, observationsMax: 2 });
    const session = newSession();
    for (let at = 0; at < 5; at += 1) reporter.note(allowed(session));
    reporter.note(theft(session, 'hash-of-token'));
    const told = () =>
      inspect([reporter, events], { depth: 9 }) + JSON.stringify([reporter, events]);
    const secrets = [session, 'tttt', 'pppp', 'proof ', 'hash-of-token'];
    const found = () => secrets.filter((secret) => told().includes(secret));
    expect(found()).toEqual([]);
    await pass(reportMillis);
    expect(events.length).toBeGreaterThan(1);
    expect(found()).toEqual([]);
  });
});
