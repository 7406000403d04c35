import { decodeBase64url, encodeBase64url } from './base64url.js';
import { parseThumbprint, type Thumbprint } from './jwk.js';
import { parseJsonObject } from './jws.js';
import { uriCharsMax } from './token.js';

/** All that a member needs for its first contact. The join token is bearer material. */
export interface JoinString {
  readonly issuer: string;
  /** Public origin of the broker: `https://host:port`, or `http://` on loopback. */
  readonly address: string;
  /** Thumbprint of the issuer's anchor key, pinned by verifiers. */
  readonly anchor: Thumbprint;
  readonly joinToken: string;
}

/**
 * All that a process needs to become a child of a session, beside evidence of its own that is registered
 * already. The child join token is bearer material, for one use within about a minute.
 */
export interface ChildJoinString extends Omit<JoinString, 'joinToken'> {
  readonly childJoinToken: string;
}

/** What a join string begins with. */
export const joinStringPrefix = 'creance-join:v1:';
const childPrefix = 'creance-child:v1:';
/** Characters of a join string of either kind. */
export const joinStringCharsMax = 2_048;
const joinTokenForm = /^[A-Za-z0-9_-]{22,64}$/;

/** Whether a text has the form of a join token. */
export function isJoinToken(text: string): boolean {
  return joinTokenForm.test(text);
}

/** `creance-join:v1:` + base64url of the four parts as JSON. */
export function formatJoinString(join: JoinString): string {
  return joinStringPrefix + encoded(join, join.joinToken);
}

/** `creance-child:v1:` + base64url of the four parts as JSON. */
export function formatChildJoinString(join: ChildJoinString): string {
  return childPrefix + encoded(join, join.childJoinToken);
}

function encoded(
  { issuer, address, anchor }: Omit<JoinString, 'joinToken'>,
  token: string,
): string {
  const json = JSON.stringify({ iss: issuer, addr: address, anchor, token });
  return encodeBase64url(new TextEncoder().encode(json));
}

/** Parses a join string; undefined when it is not one. White space around it is forgiven. */
export function parseJoinString(text: string): JoinString | undefined {
  return parse(text, joinStringPrefix);
}

/** Parses a child join string; undefined when it is not one. White space around it is forgiven. */
export function parseChildJoinString(text: string): ChildJoinString | undefined {
  const parsed = parse(text, childPrefix);
  if (parsed === undefined) return undefined;
  const { joinToken, ...home } = parsed;
  return { ...home, childJoinToken: joinToken };
}

function parse(text: string, prefix: string): JoinString | undefined {
  const trimmed = text.trim();
  if (!trimmed.startsWith(prefix) || trimmed.length > joinStringCharsMax) return undefined;
  const bytes = decodeBase64url(trimmed.slice(prefix.length));
  const parts = bytes && parseJsonObject(bytes);
  if (parts === undefined) return undefined;
  const { iss, addr, anchor, token } = parts as Record<string, unknown>;
  const thumbprint = parseThumbprint(anchor);
  if (!isUri(iss) || !isUri(addr) || thumbprint === undefined) return undefined;
  if (typeof token !== 'string' || !isJoinToken(token)) return undefined;
  return { issuer: iss, address: addr, anchor: thumbprint, joinToken: token };
}

function isUri(value: unknown): value is string {
  return typeof value === 'string' && value.length <= uriCharsMax && URL.canParse(value);
}
