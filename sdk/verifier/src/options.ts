import { parseScope } from '@creance/proto';
import type { FeedSettings, Strictness } from './settings.js';

/**
 * The origin under which clients know the resource, as proofs name it: what was configured, else that
 * of the audience when it is a URL. Never from a forwarding header: anybody can send one.
 */
export function originFor(
  configured: string | undefined,
  { audience }: FeedSettings,
): string | undefined {
  return configured ?? httpOrigin(audience);
}

/** Reads the option `publicOrigin`. Throws when it is no http(s) origin. */
export function parsePublicOrigin(option: string | undefined): string | undefined {
  if (option === undefined) return undefined;
  const origin = httpOrigin(option);
  if (origin === undefined || (option !== origin && option !== `${origin}/`)) {
    throw new TypeError('publicOrigin must be an http(s) origin such as https://api.example.com');
  }
  return origin;
}

/**
 * Reads the option `resourceMetadata` (RFC 9728 §3). Throws when it is no https URL, or http on this
 * machine; what would end the quotes of a header is percent-encoded.
 */
export function parseResourceMetadata(option: string | undefined): string | undefined {
  if (option === undefined) return undefined;
  const url = URL.canParse(option) ? new URL(option) : undefined;
  const isLocal =
    url?.protocol === 'http:' && /^(localhost|127\.[\d.]+|\[::1\])$/.test(url.hostname);
  if (url === undefined || (url.protocol !== 'https:' && !isLocal)) {
    throw new TypeError(
      'resourceMetadata must be an https URL such as https://api.example.com/.well-known/oauth-protected-resource',
    );
  }
  return url.href.replaceAll('"', '%22').replaceAll('\\', '%5C');
}

/** The stricter of what the broker says and what was configured. */
export function strictestOf(said: Strictness, configured: Strictness | undefined): Strictness {
  return said === 'strict' || configured === 'strict' ? 'strict' : 'bestEffort';
}

/** The shorter of what the broker says and what was configured, in milliseconds. */
export function maxStaleMillis(
  { maxStaleSeconds }: FeedSettings,
  configured: number | undefined,
): number {
  return Math.min(maxStaleSeconds, configured ?? maxStaleSeconds) * 1_000;
}

const checkedScopes = new WeakSet<readonly string[]>();

/** Throws unless an action names at least one scope, each of them one by form. */
export function checkScopes(scopes: readonly string[]): void {
  if (checkedScopes.has(scopes) && Object.isFrozen(scopes)) return;
  if (!Array.isArray(scopes) || scopes.length === 0) {
    throw new TypeError('an action needs at least one scope');
  }
  if (scopes.some((scope) => typeof scope !== 'string' || parseScope(scope) === undefined)) {
    throw new TypeError('a scope is letters, digits and : . _ / -');
  }
  if (Object.isFrozen(scopes)) checkedScopes.add(scopes);
}

function httpOrigin(url: string): string | undefined {
  if (!URL.canParse(url)) return undefined;
  const { protocol, origin } = new URL(url);
  return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
}
