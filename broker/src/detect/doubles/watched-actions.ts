import type { Workload } from '../../domain/registry.js';
import type { Action } from '../watch/action.js';
import { Engine, type Watched } from '../watch/engine.js';
import { Envelope } from '../watch/envelope.js';
import { SessionSlab } from '../watch/session-slab.js';
import { emptySight, type Sight } from '../watch/sight.js';
import { WorkloadProfile } from '../watch/workload-profile.js';

/** An instant that the tests of the watch start at, in milliseconds. */
export const startMillis = 1_800_000_000_000;

/** What nothing is declared of. */
export const undeclared: Envelope = new Envelope(undefined);

/** An action: a read that a resource's verifier saw, unless said otherwise. */
export function actionOf(over: Partial<Action> = {}): Action {
  return {
    atMillis: startMillis,
    resource: 'crm',
    name: 'contacts.read',
    sensitivity: 'read',
    denied: false,
    destinations: [],
    isDeclared: undefined,
    network: undefined,
    client: undefined,
    binding: undefined,
    device: undefined,
    isStrong: true,
    ...over,
  };
}

/** What a workload usually does: over two resources, by one network and one client. */
export const usual: readonly Partial<Action>[] = [
  { resource: 'crm', name: 'contacts.search' },
  { resource: 'crm', name: 'contacts.read' },
  { resource: 'mail', name: 'search' },
  { resource: 'mail', name: 'send', sensitivity: 'write', destinations: ['ada'] },
  { resource: 'crm', name: 'contacts.read' },
  { resource: 'crm', name: 'notes.write', sensitivity: 'write' },
];

/** The usual actions at times from an instant on, with a gap that wavers a little. */
export function usualRun(fromMillis: number = startMillis, gapMillis = 4_000): readonly Action[] {
  const origin = { network: '192.0.2.0/24', client: 'node', binding: 'bound' } as const;
  return usual.map((over, at) =>
    actionOf({ ...origin, atMillis: fromMillis + at * gapMillis + (at % 3) * 300, ...over }),
  );
}

/** Opens a session; the tests never hit the bound of them. */
export function opened(engine: Engine, profile: WorkloadProfile, parent?: Watched): Watched {
  return engine.open(profile, undeclared, parent) as Watched;
}

/** A workload that so many calm sessions have taught its usual ways. */
export function taught(
  engine: Engine,
  sessions = 40,
  kind: Workload['class'] = 'agent',
): WorkloadProfile {
  const profile = engine.profile(kind);
  for (let nth = 0; nth < sessions; nth += 1) {
    const watched = opened(engine, profile);
    const from = startMillis - (sessions - nth) * 3_600_000;
    for (const action of usualRun(from)) engine.take(watched, action);
    engine.close(watched, from + 60_000, 'always');
  }
  return profile;
}

/** What somebody does who is not the workload: fast, elsewhere, to where it never goes. */
export function theft(fromMillis: number, count: number, gapMillis = 120): readonly Action[] {
  const steps = ['export', 'users.list', 'secrets.read', 'keys.create', 'logs.delete'];
  return Array.from({ length: count }, (_, at) =>
    actionOf({
      atMillis: fromMillis + at * gapMillis,
      resource: ['crm', 'vault', 'billing'][at % 3] as string,
      name: steps[at % steps.length] as string,
      sensitivity: at % 2 === 0 ? 'bulk_read' : 'write_admin',
      destinations: [`drop-${at}`],
    }),
  );
}

/** A sight for the tests of detectors: of nothing special, against a history of a workload's usual ways. */
export function sightOf(over: Partial<Sight> = {}): Sight {
  const profile = taughtOnce();
  const action = actionOf();
  return {
    ...emptySight(),
    action,
    profile,
    limits: { ...profile.limits, confidence: 1 },
    envelope: undeclared,
    named: profile.named.name(action.resource, action.name, false),
    name: `${action.resource} ${action.name}`,
    weight: 0.1,
    origin: {
      hasMoved: false,
      hasChanged: false,
      newNetwork: undefined,
      newClient: false,
      isInterleaved: false,
      isUnbound: false,
      isFirstUnbound: false,
      confidence: 1,
    },
    ...over,
  };
}

let shared: WorkloadProfile | undefined;

function taughtOnce(): WorkloadProfile {
  shared ??= taught(new Engine());
  return shared;
}

/** A state with the cursor on it. */
export function stateOf(): SessionSlab {
  const slab = new SessionSlab();
  slab.take();
  return slab;
}

/** An empty history that counts nothing. */
export function emptyProfile(kind: Workload['class'] = 'agent'): WorkloadProfile {
  return new WorkloadProfile(kind, () => {});
}
