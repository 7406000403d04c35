import { describe, expect, it } from 'vitest';
import { actionIdsRemembered, reportMillis, verifierLimits } from '../limits.js';
import { openReporter } from '../support/reporter-bench.js';
import { allowed, newSession, refused } from '../support/sightings.js';
import { newHandle } from '../support/test-issuer.js';
import { ActionIds } from './action-ids.js';

const textOf = (id: Uint8Array) => Buffer.from(id).toString('base64url');

describe('what is reported under the id that an agent gave', () => {
  it('is the first action that came with it', async () => {
    const { pass, reporter, sent } = openReporter();
    const actionId = newHandle();
    reporter.note(allowed(newSession(), { actionId }));
    await pass(reportMillis);
    expect(sent().map(({ id }) => textOf(id))).toEqual([actionId]);
  });

  // breaks when: an id is taken a second time: the broker would count the first action alone
  it('is no second action: of the same session, of another, replayed, or at another time', async () => {
    const { pass, reporter, sent } = openReporter();
    const [session, actionId] = [newSession(), newHandle()];
    reporter.note(allowed(session, { actionId }));
    for (let at = 0; at < 50; at += 1) reporter.note(allowed(session, { actionId }));
    reporter.note(refused(session, { actionId }));
    await pass(reportMillis);
    reporter.note(allowed(newSession(), { actionId }));
    await pass(3_600_000);
    reporter.note(allowed(session, { actionId }));
    await pass(reportMillis);
    const ids = sent().map(({ id }) => textOf(id));
    expect(ids).toHaveLength(54);
    expect(new Set(ids).size).toBe(54);
    expect(ids.filter((id) => id === actionId)).toHaveLength(1);
  });

  // breaks when: an id is noted before the queue has taken its action
  it('is not forgotten for a flood that finds no room', async () => {
    const { pass, reporter, sent } = openReporter();
    const [session, actionId] = [newSession(), newHandle()];
    reporter.note(allowed(session, { actionId }));
    for (let at = 0; at < actionIdsRemembered * 3; at += 1)
      reporter.note(allowed(session, { actionId: newHandle() }));
    await pass(0);
    for (let at = 0; at < 20; at += 1) await pass(reportMillis);
    reporter.note(allowed(session, { actionId }));
    await pass(reportMillis);
    const ids = sent().map(({ id }) => textOf(id));
    expect(ids).toHaveLength(verifierLimits.observationsPerSessionMax + 1);
    expect(ids.filter((id) => id === actionId)).toHaveLength(1);
  });
});

describe('ActionIds', () => {
  it('remembers the newest, at least so many, and twice as many at most', () => {
    const ids = new ActionIds(3);
    for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) ids.use(id);
    expect(['d', 'e', 'f'].every((id) => ids.isUsed(id))).toBe(true);
    ids.use('g');
    expect(['a', 'b', 'c'].some((id) => ids.isUsed(id))).toBe(false);
  });

  it('remembers more than the broker does of one witness', () => {
    expect(actionIdsRemembered).toBeGreaterThan(2 * 1_000);
  });
});

it('a name that cannot be shown goes out without what hides in it', async () => {
  const { pass, reporter, sent } = openReporter();
  reporter.note(allowed(newSession(), { action: 'GET /a\r\n\u202e\u001b[31m' }));
  reporter.note(allowed(newSession(), { action: `${'a'.repeat(127)}\u{1f4e7}` }));
  await pass(reportMillis);
  const names = sent().map(({ action }) => action);
  expect(names).toEqual(['GET /a\ufffd\ufffd\ufffd\ufffd[31m', `${'a'.repeat(127)}\ufffd`]);
});
