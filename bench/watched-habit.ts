import type { Observation } from '@creance/proto/wire';
import { ActionOutcome } from '@creance/proto/wire';
import type { WatchPlace } from './watch-stage.js';

/** Steps of a workload's day, over and over. */
export const habitSteps = 24;

/** Resources that one workload is used to. */
export const usualResources = 3;

/** One step as it is reported: what does not change from one session to the next. */
export interface HabitStep {
  /** Number of the resource. */
  readonly resource: number;
  readonly seen: Pick<
    Observation,
    'action' | 'outcome' | 'refusal' | 'vantage' | 'destinations' | 'origin'
  >;
}

const names = Array.from({ length: 11 }, (_, nth) => `records-${nth}`);

/** Actions that every resource of the bench knows. */
export const actions: WatchPlace['actions'] = Object.fromEntries(
  names.flatMap((name) => [
    [`${name}.read`, 'read'],
    [`${name}.write`, 'write'],
    [`${name}.export`, 'bulk_read'],
    [`${name}.share`, 'write_admin'],
  ]),
);

/** What a workload usually does. */
export function habitOf(workload: number, resources: number): readonly HabitStep[] {
  return Array.from({ length: habitSteps }, (_, step) => stepOf(workload, step, resources));
}

function stepOf(workload: number, step: number, resources: number): HabitStep {
  const isRefused = step % 20 === 19;
  const { ACTION_OUTCOME_ALLOWED, ACTION_OUTCOME_REFUSED } = ActionOutcome;
  const aim = Buffer.alloc(16, (workload * 31 + (step % 3)) % 251);
  aim.writeUInt16BE(workload);
  return {
    resource: usualResource(workload, step >> 2, resources),
    seen: {
      action: `records-${(step * 7) % names.length}.${step % 6 === 0 ? 'write' : 'read'}`,
      outcome: isRefused ? ACTION_OUTCOME_REFUSED : ACTION_OUTCOME_ALLOWED,
      refusal: isRefused ? 'insufficient_scope' : '',
      vantage: { origin: true, destination: step % 4 === 0, outcome: false },
      destinations: step % 4 === 0 ? [aim] : [],
      origin: { networkPrefix: Buffer.of(10, workload >> 8, workload & 0xff), client: 'undici' },
    },
  };
}

/** Number of the first, second or third resource that a workload is used to. */
function usualResource(workload: number, which: number, resources: number): number {
  return (workload + (which % usualResources)) % resources;
}
