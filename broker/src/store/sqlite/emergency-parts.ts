import { ok } from '@creance/proto';
import { EmergencySessions } from '../emergency/emergency-sessions.js';
import type { Emergency } from './emergency.js';
import type { GroupTransaction } from './group.js';
import type { WriteQueue } from './queue.js';
import type { Room } from './room.js';

/** Milliseconds between two tries to have the store take what waits, where nobody else writes. */
const retryMillis = 1_000;

/** Sessions without a row: what was cut since they were opened ends them like any other. */
export function emergencySessions({ mirror }: Room): EmergencySessions {
  const { cuts } = mirror;
  return new EmergencySessions(
    (session) => cuts.endsByHandle(session) || session.openedRevision < cuts.before,
  );
}

/** A transaction whose first writes are the cuts that wait: nothing else is committed before them. */
export function mergingFirst(plain: GroupTransaction, emergency: Emergency): GroupTransaction {
  return {
    begin() {
      plain.begin();
      emergency.write();
    },
    commit: () => plain.commit(),
    rollBack() {
      emergency.rolledBack();
      plain.rollBack();
    },
  };
}

/** Tries again while something waits and the store has not failed for good. */
export function retrying(queue: WriteQueue, emergency: Emergency): { start(): void; stop(): void } {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearInterval(timer);
    timer = undefined;
  };
  const round = () => {
    if (emergency.size === 0 || queue.failed) stop();
    else void queue.submit(() => ok(undefined));
  };
  return {
    start() {
      timer ??= setInterval(round, retryMillis).unref();
    },
    stop,
  };
}
