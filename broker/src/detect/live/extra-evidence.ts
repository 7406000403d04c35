import type { ScopeSet, SessionId } from '@creance/proto';
import type { Sighting } from '../../domain/action.js';
import type { Instant } from '../../domain/instant.js';
import type { Resource, WatchRule } from '../../domain/registry.js';
import type { RefusedUse } from '../../domain/signal.js';
import type { Action } from '../watch/action.js';
import type { EvidenceKind } from '../watch/session-slab.js';
import { FanIn } from './fan-in.js';
import type { LiveSession } from './live-session.js';
import { isImpossibleTravel, type Place } from './networks.js';

/** Evidence that no look at a single action gives. */
export interface Extra {
  readonly session: SessionId;
  /** Undefined for what no mode silences. */
  readonly rule: WatchRule | undefined;
  readonly kind: EvidenceKind;
  readonly added: number;
  readonly words: string;
}

/** Canary touched or asked for: suspended by that alone. Others: D0's refused uses, D6's travel, D8. */
const canary = 1.7;
const refusedUse = 0.3;
const travel = 1;
const fanIn = 1.6;

const onceMillis = 60_000;
const weighedUses: ReadonlySet<RefusedUse> = new Set([
  'proof_replayed',
  'token_cut',
  'token_expired',
  'wrong_audience',
]);

/** What an identity provider says of the login above a session (CAEP 1.0), short of its end. */
export type UpstreamSignal = 'assurance_changed' | 'risk_high' | 'risk_medium' | 'risk_low';

/** D7. The end of a login is no evidence: it is cut by its handle. */
export const upstreamEvidence: Readonly<Record<UpstreamSignal, number>> = {
  assurance_changed: 0.8,
  risk_high: 2,
  risk_medium: 0.8,
  risk_low: 0.2,
};

/** Collects evidence from what lies beside single actions: other sessions, other places, bait. */
export class ExtraEvidence {
  readonly #fanIn = new FanIn();
  readonly #weighedAt = new Map<string, number>();
  readonly #refusedKept: number;

  /** Remembers when `refusedKept` refused uses were weighed last. */
  constructor(refusedKept: number) {
    this.#refusedKept = refusedKept;
  }

  /** What an action at a resource shows beside itself. */
  of(
    session: LiveSession,
    action: Action,
    resource: Resource | undefined,
    place: Place | undefined,
  ): readonly Extra[] {
    const { id } = session;
    const extras: Extra[] = [];
    if (!action.isStrong) return extras;
    if (resource?.canary === true)
      extras.push({
        session: id,
        rule: 'canary',
        kind: 'facts',
        added: canary,
        words: 'a canary was touched',
      });
    if (this.#hasTravelled(session, action, place))
      extras.push({
        session: id,
        rule: 'origin',
        kind: 'origin',
        added: travel,
        words: 'nobody travels so fast',
      });
    for (const one of this.#fanInOf(session, action))
      extras.push({ session: one, rule: 'fanin', kind: 'origin', added: fanIn, words: fanInWords });
    return extras;
  }

  /** A use that a verifier has refused: no fact, since only it has seen it. Once a minute of a kind. */
  ofRefused(id: SessionId, use: RefusedUse, { at, resource }: Sighting): readonly Extra[] {
    if (!weighedUses.has(use)) return [];
    if (!this.#isFirst(`${id} ${use}`, at)) return [];
    const words = `${resource} refused a use of it: ${use}`;
    return [{ session: id, rule: undefined, kind: 'facts', added: refusedUse, words }];
  }

  /**
   * What a session asks the broker itself for: bait, granted or not. Once a minute, so that who asks again is
   * not held for more than who asked.
   */
  ofAsked(id: SessionId, resource: Resource, asked: ScopeSet, at: Instant): readonly Extra[] {
    const bait = asked.find((scope) => resource.scopes.get(scope)?.canary === true);
    if (bait === undefined && !resource.canary) return [];
    if (!this.#isFirst(`${id} canary`, at)) return [];
    const words = `a canary was asked for: ${bait ?? resource.name}`;
    return [{ session: id, rule: 'canary', kind: 'facts', added: canary, words }];
  }

  /** Whether nothing of this name was weighed in the last minute; it is now. */
  #isFirst(name: string, at: Instant): boolean {
    const atMillis = at / 1_000;
    if (atMillis - (this.#weighedAt.get(name) ?? -onceMillis) < onceMillis) return false;
    if (this.#weighedAt.size >= this.#refusedKept) this.#weighedAt.clear();
    this.#weighedAt.set(name, atMillis);
    return true;
  }

  #hasTravelled(session: LiveSession, { atMillis }: Action, place: Place | undefined): boolean {
    if (place === undefined || atMillis === undefined) return false;
    const before = session.place;
    session.place = { at: place, atMillis };
    return (
      before !== undefined &&
      isImpossibleTravel(before.at, place, (atMillis - before.atMillis) / 1_000)
    );
  }

  #fanInOf(session: LiveSession, { network, client, atMillis }: Action): readonly SessionId[] {
    if (network === undefined || atMillis === undefined) return [];
    const { networks } = session.watched.profile;
    const isKnown = networks.size === 0 || networks.has(network);
    const { id, workload } = session;
    const use = { network, client: client ?? '', workload, session: id, isKnown, atMillis };
    return this.#fanIn.note(use);
  }
}

const fanInWords =
  'one network and client presents tokens of many workloads that never came from there';
