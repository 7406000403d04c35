import { CutResponse, Durability } from '@creance/proto/wire';
import { expect, it } from 'vitest';
import { cut } from './cut.js';
import { DoubleLine, DoubleOutput } from './double-line.js';

const flags = { reason: 'a test', o: 'json', waitSeconds: 0 } as const;

// breaks when: cut.ts leaves out what keeps the cut: whoever cuts believes in a record that is not there
it.each([
  [Durability.DURABILITY_STORED, 'stored', ''],
  [Durability.DURABILITY_PENDING, 'pending', 'durability: pending'],
  [Durability.DURABILITY_MEMORY, 'memory', 'cut again'],
  // Of a broker that does not say it.
  [Durability.DURABILITY_UNSPECIFIED, 'unsaid', ''],
])('says of a cut with durability %i that it is %s', async (durability, word, words) => {
  const answer = { revision: 7n, sessionsEnded: 3, verifiersSubscribed: 0, durability };
  const line = new DoubleLine({ Cut: () => CutResponse.encode(answer).finish() });
  const output = new DoubleOutput();
  await cut(line, { ...flags, before: 'now' }, output);
  expect(output.json).toMatchObject({ revision: 7, durability: word });
  if (words === '') expect(output.said.join(' ')).not.toContain('durability');
  else expect(output.said.join(' ')).toContain(words);
});
