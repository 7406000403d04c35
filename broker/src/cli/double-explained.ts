import { sessionIdOf } from '../doubles/ids.js';
import type { ShownDecision, ShownPoint, ShownSession, ShownTerm, ShownTree } from './explained.js';

/** For tests: when things begin. */
export const startMillis = 1_764_000_000_000;

/** For tests: the thresholds of the watch. */
const shownThresholds: ShownTree['thresholds'] = [
  { level: 'observe', risk: 0.35 },
  { level: 'narrow', risk: 0.55 },
  { level: 'suspend', risk: 0.8 },
  { level: 'suspendTree', risk: 0.95 },
];

/** For tests: an action. */
export function shownPoint(parts: Partial<ShownPoint> = {}): ShownPoint {
  return {
    atMillis: startMillis,
    resource: 'crm',
    action: 'contacts.read',
    outcome: 'allowed',
    risk: 0.1,
    ...parts,
  };
}

/** For tests: a piece of evidence. */
export function shownTerm(parts: Partial<ShownTerm> = {}): ShownTerm {
  return {
    index: 14,
    atMillis: startMillis,
    kind: 'pace',
    resource: 'crm',
    action: 'contacts.export',
    added: 0.87,
    words: '4.1 standard deviations faster than its own pace',
    ...parts,
  };
}

/** For tests: a decision. */
export function shownDecision(parts: Partial<ShownDecision> = {}): ShownDecision {
  return {
    atMillis: startMillis,
    level: 'suspend',
    done: 'suspend',
    risk: 0.83,
    because: '',
    kinds: ['pace', 'chain'],
    ...parts,
  };
}

/** For tests: a session that is calm, but for what is named. */
export function shownSession(name: string, parts: Partial<ShownSession> = {}): ShownSession {
  return {
    session: sessionIdOf(name),
    parent: '',
    workload: name,
    owner: 'support-platform',
    level: 'calm',
    risk: 0,
    peak: 0,
    state: 'live',
    terms: [],
    silentTerms: [],
    points: [],
    decisions: [],
    leftOut: 0,
    ...parts,
  };
}

/** For tests: a tree of these, explained for the first. */
export function shownTree(...sessions: readonly ShownSession[]): ShownTree {
  return {
    asked: sessions[0]?.session ?? sessionIdOf('nobody'),
    atMillis: startMillis + 600_000,
    thresholds: shownThresholds,
    sessions,
  };
}

/** For tests: 128 actions at eight systems, calm for half of them and then 60 a second. */
export function pivotingPoints(): readonly ShownPoint[] {
  const systems = [
    'crm',
    'mail',
    'files',
    'billing',
    'search',
    'tickets',
    'wiki',
    'deploy-prod-eu',
  ];
  let atMillis = startMillis;
  return Array.from({ length: 128 }, (_, at) => {
    const isCalm = at < 64;
    atMillis += isCalm ? 3_000 + ((at * 7_919) % 4_000) : 16 + ((at * 31) % 9);
    return shownPoint({
      atMillis,
      resource: systems[isCalm ? at % 3 : (at * 5) % 8] as string,
      action: isCalm ? 'items.read' : 'items.export',
      outcome: at % 17 === 16 ? 'refused' : 'allowed',
      risk: isCalm
        ? 0.06 + 0.05 * Math.sin(at) ** 2
        : Math.min(0.985, 1 - Math.exp(-(at - 62) / 9)),
    });
  });
}
