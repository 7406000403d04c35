import { uriCharsMax } from '@creance/proto';
import type { FaultCode } from './fault.js';

const hostLabel = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;
const ipv6 = /^\[[0-9a-f:.]+\]$/;
const loopback = /^(?:localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

/** Characters of RFC 3986 §2 without `#`; a scheme as in §3.1 but without the dot of a bare host. */
const uriForm = /^(?:urn:|[a-z][a-z0-9+-]*:\/\/)[A-Za-z0-9._~:/?@!$&'()*+,;=%[\]-]+$/;

/** A host that every reader takes for the same: no wildcard, underscore, dot at the end. */
function isPlainHost(host: string): boolean {
  return ipv6.test(host) || host.split('.').every((label) => hostLabel.test(label));
}

/** Whether an issuer is an https origin and nothing else, in the one form that a URL parser gives back. */
export function isIssuer(text: string): boolean {
  const url = text.length <= uriCharsMax ? URL.parse(text) : null;
  return url?.protocol === 'https:' && url.origin === text && isPlainHost(url.hostname);
}

/** Whether an issuer's host is reserved for development (RFC 6761 §6.4). */
export function isInvalidHost(issuer: string): boolean {
  const host = URL.parse(issuer)?.hostname ?? '';
  return host === 'invalid' || host.endsWith('.invalid');
}

/**
 * Why a text is no audience: an absolute URI without fragment (RFC 8707 §2), in one form only, so that
 * two resources can never share one by spelling. Plain http stays on this machine.
 */
export function audienceFault(text: string): FaultCode | undefined {
  const url = text.length <= uriCharsMax && uriForm.test(text) ? URL.parse(text) : null;
  if (url === null) return 'audience_malformed';
  const { protocol, username, password, hostname, href } = url;
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  const isOneForm = (href === text || href === `${text}/`) && `${username}${password}` === '';
  if (!isOneForm || !isPlainHost(hostname)) return 'audience_malformed';
  return protocol === 'https:' || loopback.test(hostname) ? undefined : 'audience_insecure';
}

/**
 * Why a text is no receiver of events: an http(s) URL in one form only, without user or fragment. Plain http
 * stays on this machine.
 */
export function receiverFault(text: string): FaultCode | undefined {
  const url = text.length <= uriCharsMax && uriForm.test(text) ? URL.parse(text) : null;
  const isHttp = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (url === null || !isHttp || audienceFault(text) === 'audience_malformed')
    return 'receiver_malformed';
  return isLoopbackHttp(text) || url.protocol === 'https:' ? undefined : 'receiver_insecure';
}

/** Whether a URL is plain http to this machine. */
export function isLoopbackHttp(text: string): boolean {
  const url = URL.parse(text);
  return url?.protocol === 'http:' && loopback.test(url.hostname);
}

/** What two audiences must not share. */
export function audienceIdentity(text: string): string {
  return URL.parse(text)?.href ?? text;
}
