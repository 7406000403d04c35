import { afterEach, expect, it } from 'vitest';
import { startMeters } from '../support/meters.js';
import { openBench } from '../support/test-verifier.js';
import { verifierMetrics } from './metrics.js';

let meters: ReturnType<typeof startMeters> | undefined;
afterEach(() => meters?.stop());

// breaks when: the provider must be there before the verifier is made, or an attribute has no bound
it('verifications are counted by their outcome, and how long each took', async () => {
  const bench = await openBench();
  meters = startMeters();
  await bench.send();
  await bench.send({ scopes: ['contacts:export'] });
  await bench.send({ token: 'stranger' });
  const refused = (refusal: string) => ({ outcome: 'refused', refusal });
  expect(meters.told.filter(([name]) => name === 'creance.verifier.verifications')).toEqual([
    ['creance.verifier.verifications', 1, { outcome: 'allowed' }],
    ['creance.verifier.verifications', 1, refused('insufficient_scope')],
    ['creance.verifier.verifications', 1, refused('token_malformed')],
  ]);
  const durations = meters.told.filter(([name]) => name === 'creance.verifier.duration');
  expect(durations.map(([, , of]) => of?.['outcome'])).toEqual(['allowed', 'refused', 'refused']);
  for (const [, millis] of durations) expect(millis).toBeGreaterThanOrEqual(0);
});

// breaks when: a name is not pinned
it('no metric has a name or an attribute that the reference page does not have', async () => {
  const bench = await openBench();
  meters = startMeters();
  await bench.send({ token: 'stranger' });
  const pinned = Object.values(verifierMetrics);
  for (const [name, , attributes] of meters.told) {
    const metric = pinned.find((each) => each.name === name);
    expect(Object.keys(metric?.attributes ?? {})).toEqual(
      expect.arrayContaining(Object.keys(attributes ?? {})),
    );
    expect(metric).toBeDefined();
  }
});

it('nothing is counted where nobody measures', async () => {
  const bench = await openBench();
  meters = startMeters();
  meters.stop();
  await bench.send();
  expect(meters.told).toEqual([]);
});
