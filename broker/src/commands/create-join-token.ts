import { formatJoinString, ok, refuse, type Thumbprint } from '@creance/proto';
import type { Denial, FieldFault } from '../domain/denial.js';
import { type Instant, plusSeconds } from '../domain/instant.js';
import { limits } from '../domain/limits.js';
import { type CurrentRegistry, isRegistered, type MemberRef } from '../domain/registry.js';
import type { Entropy } from '../runtime/entropy.js';
import type { Store } from '../store/store.js';
import { sha256Base64url } from '../tokens/signing-key.js';
import { actorOf, type Command } from './call.js';
import { freshHandle, freshJoinToken } from './fresh.js';

/** For whom, how often, how long, from where. Zero takes the default. */
export interface JoinTokenAsk {
  readonly member: MemberRef;
  readonly uses: number;
  readonly lifetimeSeconds: number;
  readonly networks: readonly string[];
}

/** A join string: bearer material, shown once. */
export interface JoinTokenAnswer {
  readonly joinString: string;
  readonly expiresAt: Instant;
}

/** Parts of the verb. */
export interface CreateJoinTokenParts {
  readonly registry: CurrentRegistry;
  readonly store: Pick<Store, 'createJoinToken'>;
  readonly entropy: Entropy;
  readonly isNetwork: (text: string) => boolean;
  readonly issuer: string;
  readonly publicOrigin: () => string;
  readonly anchor: Thumbprint;
  /** Whether only this machine can reach the broker: then networks say nothing. */
  readonly loopbackOnly: boolean;
}

/** Makes a join token. Only its hash is stored; it says nothing and opens nothing twice. */
export function createJoinToken(
  parts: CreateJoinTokenParts,
): Command<JoinTokenAsk, JoinTokenAnswer> {
  return async (ask, call) => {
    const uses = ask.uses || 1;
    const seconds = ask.lifetimeSeconds || limits.joinTokenSeconds;
    const denial = denialOf(ask, uses, seconds, parts);
    if (denial !== undefined) return refuse(denial);
    const joinToken = freshJoinToken(parts.entropy);
    const expiresAt = plusSeconds(call.now, seconds);
    const handle = freshHandle(parts.entropy);
    const { member, networks } = ask;
    const stored = await parts.store.createJoinToken(
      { hash: sha256Base64url(joinToken), handle, member, expiresAt, uses, networks },
      {
        kind: 'join_token_created',
        at: call.now,
        actor: actorOf(call),
        requestId: call.requestId,
        facts: { kind: member.kind, name: member.name, handle, uses, seconds, networks },
      },
    );
    if (!stored.ok) return refuse({ reason: stored.error });
    const { issuer, anchor } = parts;
    const address = parts.publicOrigin();
    return ok({ joinString: formatJoinString({ issuer, address, anchor, joinToken }), expiresAt });
  };
}

function denialOf(
  { member, networks }: JoinTokenAsk,
  uses: number,
  seconds: number,
  { registry, isNetwork, loopbackOnly }: CreateJoinTokenParts,
): Denial | undefined {
  const fields: FieldFault[] = [];
  const within = (field: string, value: number, least: number, most: number) => {
    if (value < least || value > most)
      fields.push({ field, fault: `must lie between ${least} and ${most}` });
  };
  within('uses', uses, 1, limits.joinTokenUsesMax);
  within('lifetime_seconds', seconds, limits.joinTokenSecondsMin, limits.joinTokenSecondsMax);
  within('networks', networks.length, 0, limits.joinTokenNetworksMax);
  if (!networks.every(isNetwork))
    fields.push({ field: 'networks', fault: 'must be networks in CIDR form' });
  if (fields.length > 0) return { reason: 'request_malformed', fields };
  if (!isRegistered(registry(), member)) {
    return { reason: 'member_unknown', detail: { kind: member.kind, name: member.name } };
  }
  const tooOpen = uses > 1 && networks.length === 0 && !loopbackOnly;
  return tooOpen ? { reason: 'networks_required' } : undefined;
}
