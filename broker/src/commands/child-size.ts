import {
  type Handle,
  handleFromBytes,
  type Revision,
  type SessionId,
  scopesMax,
  type Thumbprint,
  tokenBytesMax,
} from '@creance/proto';
import type { Denial } from '../domain/denial.js';
import { type Reach, reachOf } from '../domain/policy-reach.js';
import { ownerOf, type Registry } from '../domain/registry.js';
import type { Session } from '../domain/session.js';
import type { Task } from '../domain/task.js';
import { mintedLength } from '../tokens/mint.js';

/** A child to be, as far as its tokens' size depends on it. */
export interface ChildToBe {
  readonly workload: string;
  readonly task: Task | undefined;
  readonly ownEvidence: boolean;
}

/**
 * Refuses a child of which a token would be too large: the one for the resource with the longest audience
 * and scopes, with all scopes that the child may ask for there. What it may not ask for adds nothing.
 */
export function childFits(
  issuer: string,
  registry: Registry,
  path: readonly Session[],
  child: ChildToBe,
): Denial | undefined {
  const whole = [...path, sessionToBe(registry, path, child)];
  const widest = reachOf(registry, whole).map(widestToken).sort(byLength).at(-1);
  if (widest === undefined) return undefined;
  const { resource, scopes } = widest;
  const bytes = mintedLength({
    issuer,
    path: whole,
    grant: { resource, scopes, expiresAt: aSecond },
    revision: Number.MAX_SAFE_INTEGER as Revision,
    tokenId: 'i'.repeat(22),
    nowSeconds: aSecond,
  });
  if (bytes <= tokenBytesMax) return undefined;
  const detail = { resource: resource.name, bytes, most: tokenBytesMax };
  return { reason: 'token_too_large', detail };
}

/** Ten digits, as every second until the year 2286 has. */
const aSecond = 1_764_000_000;

/** A token holds a bounded number of scopes: the longest ones that fit. */
function widestToken({ resource, scopes }: Reach): Reach {
  if (scopes.length <= scopesMax) return { resource, scopes };
  const longest = scopes.toSorted((one, other) => other.length - one.length);
  return { resource, scopes: longest.slice(0, scopesMax) };
}

/** Audiences and scopes are plain ASCII, so that a character takes a byte. */
function byLength(one: Reach, other: Reach): number {
  return charsOf(one) - charsOf(other);
}

function charsOf({ resource, scopes }: Reach): number {
  return resource.audience.length + scopes.join(' ').length;
}

/** What is known of the child has its handle; the rest is taken to be new, which is never too short. */
function sessionToBe(
  registry: Registry,
  path: readonly Session[],
  { workload, task, ownEvidence }: ChildToBe,
): Session {
  const parent = path.at(-1) as Session;
  const owner = ownerOf(registry, { kind: 'workload', name: workload });
  const alike = path.find(({ name }) => name === workload);
  const neighbour = path.find((each) => ownerOf(registry, each) === owner);
  return {
    ...parent,
    id: placeholder(1) as SessionId,
    parent: parent.id,
    name: workload,
    member: alike?.member ?? placeholder(2),
    owner: neighbour?.owner ?? placeholder(3),
    key: 'k'.repeat(43) as Thumbprint,
    ...(ownEvidence && { evidenceIssuer: placeholder(4), evidenceKey: placeholder(5) }),
    task,
  };
}

function placeholder(at: number): Handle {
  return handleFromBytes(new Uint8Array(16).fill(at)) as Handle;
}
