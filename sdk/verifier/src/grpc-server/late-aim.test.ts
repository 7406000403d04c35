import { expect, it } from 'vitest';
import type { Destination } from '../destinations.js';
import { LateAim } from './late-aim.js';

// breaks when: the list of the message is kept, and not what stood in it
it('an aim is what the message named when it came', async () => {
  const named: Destination[] = [{ kind: 'email', value: 'ann@example.com' }];
  const aim = new LateAim(() => named);
  aim.take('message');
  named.length = 0;
  aim.none();
  expect(await aim.named).toEqual([{ kind: 'email', value: 'ann@example.com' }]);
});
