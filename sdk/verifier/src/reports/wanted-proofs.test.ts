import { ok } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { proofShowsMax, reportMillis, reportProofsMax } from '../limits.js';
import { type Answer, hashOf, openReporter, taken } from '../support/reporter-bench.js';
import { allowed, newSession } from '../support/sightings.js';

describe('Reporter, asked for proofs', () => {
  it('shows those that it has reported, at once', async () => {
    const { pass, reporter, reports } = openReporter();
    const proof = { text: 'the proof', counter: 1, issuedAt: 1 };
    reporter.note(allowed(newSession(), { proof }));
    reporter.want([hashOf('the proof')]);
    await pass(0);
    expect(reports).toEqual([]);
    await pass(reportMillis);
    reporter.want([hashOf('the proof')]);
    await pass(0);
    expect(reports.at(-1)).toEqual({ actions: [], proofs: ['the proof'], dropped: 0 });
  });

  it('in the answer to a report, shows them too', async () => {
    const { broker, pass, reporter, reports } = openReporter();
    const proofsWanted = [hashOf('the proof')];
    const answers: Answer[] = [ok({ dropped: 0, proofsWanted })];
    broker.answer = () => answers.shift() ?? ok(taken);
    const proof = { text: 'the proof', counter: 1, issuedAt: 1 };
    reporter.note(allowed(newSession(), { proof }));
    await pass(reportMillis);
    await pass(0);
    expect(reports.map(({ proofs }) => proofs)).toEqual([[], ['the proof']]);
  });

  it('that it never saw, sends nothing', async () => {
    const { clock, pass, reporter, reports } = openReporter();
    reporter.want([hashOf('never'), '', 'junk']);
    expect(clock.waiting).toBe(0);
    await pass(10_000);
    expect(reports).toEqual([]);
  });

  // breaks when: show does not count.
  it('over and over, gets tired before the broker does', async () => {
    const { broker, pass, reporter, reports } = openReporter();
    const proofsWanted = [hashOf('the proof'), 'junk'];
    broker.answer = () => ok({ dropped: 4_000_000_000, proofsWanted });
    const proof = { text: 'the proof', counter: 1, issuedAt: 1 };
    reporter.note(allowed(newSession(), { proof }));
    for (let at = 0; at < 20; at += 1) await pass(reportMillis);
    expect(reports).toHaveLength(1 + proofShowsMax);
  });

  it('more than one report holds, sends no more than reportProofsMax at a time', async () => {
    const { pass, reporter, reports } = openReporter();
    const texts = Array.from({ length: 40 }, (_, at) => `proof ${at}`.padEnd(2_048, '.'));
    for (const text of texts) {
      reporter.note(allowed(newSession(), { proof: { text, counter: 1, issuedAt: 1 } }));
    }
    await pass(reportMillis);
    for (let at = 0; at < 40; at += 10) {
      reporter.want(texts.slice(at, at + 10).map(hashOf));
    }
    await pass(0);
    const shown = reports.slice(1).map(({ proofs }) => proofs.length);
    expect(shown.reduce((sum, count) => sum + count, 0)).toBe(40);
    expect(Math.max(...shown)).toBeLessThanOrEqual(reportProofsMax);
  });
});
