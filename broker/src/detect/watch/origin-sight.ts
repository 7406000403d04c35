import type { Action } from './action.js';
import { hashText } from './hash.js';
import type { Limits } from './limits.js';
import type { SessionSlab } from './session-slab.js';
import { bytes, words } from './state-layout.js';
import type { WorkloadProfile } from './workload-profile.js';

/** Where an action came from, held against its session and its workload. */
export interface OriginSight {
  /** The network, or the client, is another than that of the action before. */
  readonly hasMoved: boolean;
  readonly hasChanged: boolean;
  /** The network is new to the workload, or to the session. */
  readonly newNetwork: 'workload' | 'session' | undefined;
  readonly newClient: boolean;
  /** Two networks alternate in one session. */
  readonly isInterleaved: boolean;
  /** The proof is missing, or by another key or device, where calm sessions always had theirs. */
  readonly isUnbound: boolean;
  readonly isFirstUnbound: boolean;
  /** How far new origins count, from 0 to 1. */
  readonly confidence: number;
}

const calm: OriginSight = {
  hasMoved: false,
  hasChanged: false,
  newNetwork: undefined,
  newClient: false,
  isInterleaved: false,
  isUnbound: false,
  isFirstUnbound: false,
  confidence: 1,
};

const calmUnbound: OriginSight = { ...calm, isUnbound: true };

/** Set when a session has once come without its proof. */
const unboundFlag = 1;

/** Looks where an action came from, and remembers it. Only what a resource's verifier saw counts. */
export function lookAtOrigin(
  slab: SessionSlab,
  action: Action,
  profile: WorkloadProfile,
  limits: Limits,
): OriginSight {
  if (!action.isStrong) return calm;
  const isUnbound = unbound(action, profile);
  const network = action.network === undefined ? 0 : hashText(action.network) || 1;
  const client = action.client === undefined ? 0 : hashText(action.client) || 1;
  const moved = network !== 0 && network !== slab.word(words.network);
  const changed = client !== 0 && client !== slab.word(words.client);
  const isFirstUnbound = isUnbound && (slab.byte(bytes.flags) & unboundFlag) === 0;
  if (!moved && !changed && !isFirstUnbound) return isUnbound ? calmUnbound : calm;
  if (isFirstUnbound) slab.setByte(bytes.flags, slab.byte(bytes.flags) | unboundFlag);
  const sight = {
    hasMoved: moved,
    hasChanged: changed,
    newNetwork: moved ? newNetwork(slab, action, profile, network) : undefined,
    newClient: changed && isNewClient(slab, action, profile),
    isInterleaved: moved && slab.word(words.network2) === network,
    isUnbound,
    isFirstUnbound,
    confidence: slab.word(words.network) === 0 ? limits.originConfidence : 1,
  };
  if (moved) {
    slab.setWord(words.network2, slab.word(words.network));
    slab.setWord(words.network, network);
  }
  if (changed) slab.setWord(words.client, client);
  return sight;
}

function unbound(action: Action, profile: WorkloadProfile): boolean {
  if (action.binding === 'none' || action.binding === 'other') return true;
  if (action.device === undefined || profile.bindings.size === 0) return false;
  return !profile.bindings.has(action.device);
}

/** A session that has not shown a network yet is held against its workload only. */
function newNetwork(
  slab: SessionSlab,
  action: Action,
  profile: WorkloadProfile,
  network: number,
): OriginSight['newNetwork'] {
  const isFirst = slab.word(words.network) === 0;
  if (isFirst && profile.networks.size === 0) return undefined;
  if (profile.networks.has(action.network ?? '')) {
    return isFirst || slab.word(words.network2) === network ? undefined : 'session';
  }
  return slab.word(words.network2) === network ? undefined : 'workload';
}

function isNewClient(slab: SessionSlab, action: Action, profile: WorkloadProfile): boolean {
  const isFirst = slab.word(words.client) === 0;
  if (isFirst && profile.clients.size === 0) return false;
  return !profile.clients.has(action.client ?? '');
}
