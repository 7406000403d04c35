import { describe, expect, it } from 'vitest';
import type { Destination } from '../destinations.js';
import { destinationsMax, destinationsReadMax, reportMillis } from '../limits.js';
import { away, openReporter } from '../support/reporter-bench.js';
import { allowed, newSession, refused } from '../support/sightings.js';

const account = (value: string): Destination => ({ kind: 'account', value });
const accounts = (count: number) => Array.from({ length: count }, (_, at) => account(`a${at}`));
const aimedAt = (named: readonly Destination[], unread = 0) =>
  allowed(newSession(), { destinations: { named, unread } });

const full = (count: number) => ({ kind: 'limit', reason: 'destinations_full', count });

describe('destinations of a report', () => {
  // breaks when: note hashes at once, on the path of the request
  it('are hashed after the request, and not before', async () => {
    const { pass, reporter, sent } = openReporter();
    let looked = 0;
    const watched = {
      kind: 'account' as const,
      get value() {
        looked += 1;
        return 'a';
      },
    };
    reporter.note(aimedAt([watched]));
    expect(looked).toBe(0);
    await pass(0);
    expect(looked).toBeGreaterThan(0);
    await pass(reportMillis);
    expect(sent()[0]?.destinations).toEqual([expect.stringMatching(/^[\w-]{22}$/)]);
  });

  it('are told each once, whatever form they came in', async () => {
    const { pass, reporter, sent } = openReporter();
    const forms = ['ann@example.com', ' ann@EXAMPLE.com', 'ann@example.com.', 'bob@example.com'];
    reporter.note(aimedAt(forms.map((value) => ({ kind: 'email', value }))));
    await pass(reportMillis);
    expect(sent()[0]?.destinations).toHaveLength(2);
  });

  it('are told as unreadable where they hide a mark, beside those that can be read', async () => {
    const { pass, reporter, sent } = openReporter();
    const named = ['ann@example.com', 'an\u200bn@example.com', 'nobody'] as const;
    reporter.note(aimedAt(named.map((value) => ({ kind: 'email', value }))));
    reporter.note(aimedAt([{ kind: 'email', value: '' }]));
    await pass(reportMillis);
    const [hidden, empty] = sent().map(({ destinations }) => destinations);
    expect(hidden).toHaveLength(2);
    expect(hidden?.[1]).toBe(empty?.[0]);
  });

  // breaks when: the seventeenth is dropped without a word
  it('are bounded; that there were more takes the last place, and is counted', async () => {
    const { limitsHit, pass, reporter, sent } = openReporter();
    reporter.note(aimedAt(accounts(destinationsMax)));
    reporter.note(aimedAt([...accounts(destinationsMax), account('a0')]));
    await pass(reportMillis);
    expect(limitsHit()).toEqual([]);
    reporter.note(aimedAt(accounts(destinationsMax + 1)));
    reporter.note(aimedAt(accounts(destinationsReadMax)));
    reporter.note(aimedAt(accounts(1), 1));
    await pass(reportMillis);
    expect(limitsHit()).toEqual([full(3)]);
    expect(sent().map(({ destinations }) => destinations?.length)).toEqual([16, 16, 16, 16, 2]);
    reporter.note(aimedAt([account('')]));
    await pass(reportMillis);
    const [first, again, over, all, unread, empty] = sent().map(
      ({ destinations }) => destinations ?? [],
    );
    expect(again).toEqual(first);
    const mark = empty?.[0];
    expect(first).not.toContain(mark);
    for (const each of [over, all]) expect(each).toEqual([...(first ?? []).slice(0, -1), mark]);
    expect(unread).toEqual([first?.[0], mark]);
  });

  // breaks when: the mark is left out where one that cannot be read was told already
  it('show a seventeenth of a kind of its own, and say once that something cannot be read', async () => {
    const { pass, reporter, sent } = openReporter();
    const mallory = { kind: 'email', value: 'mallory@evil.example' } as const;
    reporter.note(aimedAt([...accounts(destinationsMax), mallory]));
    reporter.note(aimedAt([account(''), ...accounts(destinationsMax)]));
    reporter.note(aimedAt([{ kind: 'email', value: '' }, account('')]));
    await pass(reportMillis);
    const [other, hidden, empty] = sent().map(({ destinations }) => destinations ?? []);
    expect(other?.at(-1)).toBe(empty?.[0]);
    expect(hidden?.filter((hash) => hash === empty?.[1])).toHaveLength(1);
    expect(hidden).toHaveLength(15);
  });

  it('are told of refused requests too, and of none that says nothing', async () => {
    const { pass, reporter, sent } = openReporter();
    reporter.note(refused(newSession(), { destinations: { named: accounts(1), unread: 0 } }));
    reporter.note(aimedAt([]));
    reporter.note(allowed(newSession()));
    await pass(reportMillis);
    expect(sent().map(({ destinations }) => destinations?.length)).toEqual([1, 0, undefined]);
  });

  // breaks when: a plain destination waits for the broker with its sighting
  it('wait for a broker that is away as hashes alone', async () => {
    const { broker, clock, pass, reporter, reports } = openReporter();
    broker.answer = () => away;
    reporter.note(aimedAt(accounts(1)));
    await pass(reportMillis);
    const [first] = reports[0]?.actions ?? [];
    expect(first?.destinations).toHaveLength(1);
    expect(JSON.stringify(reports)).not.toContain('"a0"');
    for (let at = 0; at < 5; at += 1) await pass(60_000);
    expect(reports.length).toBeGreaterThan(1);
    expect(reports.at(-1)?.actions[0]?.destinations).toEqual(first?.destinations);
    expect(clock.waiting).toBe(0);
  });

  it('are not told without a key', async () => {
    const { pass, reporter, sent } = openReporter({}, null as never);
    reporter.note(aimedAt(accounts(1)));
    await pass(reportMillis);
    expect(sent()[0]?.destinations).toBeUndefined();
  });

  it('of a flood are hashed a slice at a time, and all of them', async () => {
    const { pass, reporter, sent } = openReporter();
    for (let at = 0; at < 500; at += 1) reporter.note(aimedAt(accounts(2)));
    for (let at = 0; at < 40; at += 1) await pass(reportMillis);
    expect(sent()).toHaveLength(500);
    expect(sent().every(({ destinations }) => destinations?.length === 2)).toBe(true);
  });
});
