import {
  parseScopes,
  type ScopeSet,
  tokenLifetimeSecondsMax,
  tokenLifetimeSecondsMin,
  uriCharsMax,
} from '@creance/proto';
import { configurationError, refusedBeforehand } from '../errors/local.js';

/** Which token an agent asks for. */
export interface TokenRequest {
  /** The audience of a registered resource, exactly as registered. */
  readonly audience: string;
  /** 1 to 32 scopes, in any order, without duplicates. */
  readonly scopes: readonly string[];
  /** 15 to 900 s and not more than the grant's; the grant's when absent. */
  readonly lifetimeSeconds?: number | undefined;
}

/** A request in its one form, so that the same request finds the same token. */
export interface TokenAsk {
  readonly audience: string;
  /** Whether nobody named it: then it is the origin of a URL. */
  readonly isOrigin?: boolean | undefined;
  readonly scopes: ScopeSet;
  /** Zero takes the grant's. */
  readonly lifetimeSeconds: number;
}

/** `patient` has nothing to fall back on; `brief` replaces a token that still works. */
export type IssueManner = 'patient' | 'brief';

/** Parses a request; throws a typed error for what the broker would refuse in any case. */
export function parseTokenRequest(request: TokenRequest): TokenAsk {
  const { audience, lifetimeSeconds = 0 } = request;
  if (typeof audience !== 'string' || audience === '' || audience.length > uriCharsMax)
    throw configurationError('audience_malformed');
  const scopes = parseScopes(request.scopes);
  if (!scopes.ok) throw refusedBeforehand('scope_malformed');
  if (!isLifetime(lifetimeSeconds)) throw refusedBeforehand('lifetime_not_allowed');
  return { audience, scopes: scopes.value, lifetimeSeconds };
}

function isLifetime(seconds: number): boolean {
  if (seconds === 0) return true;
  const inside = seconds >= tokenLifetimeSecondsMin && seconds <= tokenLifetimeSecondsMax;
  return Number.isSafeInteger(seconds) && inside;
}

/** The key under which a token is kept. */
export function keyOfAsk({ audience, scopes, lifetimeSeconds }: TokenAsk): string {
  return JSON.stringify([audience, scopes, lifetimeSeconds]);
}
