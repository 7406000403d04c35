import { ok, type Result, refuse, uriCharsMax } from '@creance/proto';
import type { Upstream } from '@creance/proto/wire';
import type { UpstreamAsk } from '../commands/upstream-ask.js';
import type { Denial } from '../domain/denial.js';
import { printFault, unprintable } from './printable.js';

/** Characters of `sub` and `sid`; OpenID Connect Core §2 allows `sub` no more. */
const upstreamNameCharsMax = 255;

/** Reads an Upstream, which stands in the field named. */
export function upstreamOf(upstream: Upstream, field: string): Result<UpstreamAsk, Denial> {
  const { issuer, subject, sessionId } = upstream;
  if (!isIssuer(issuer))
    return faulty(`${field}.issuer`, 'must be an https URL without query and fragment');
  if (subject.length > upstreamNameCharsMax) return faulty(`${field}.subject`, lengthFault);
  if (sessionId.length > upstreamNameCharsMax) return faulty(`${field}.session_id`, lengthFault);
  if (unprintable.test(subject)) return faulty(`${field}.subject`, printFault);
  if (unprintable.test(sessionId)) return faulty(`${field}.session_id`, printFault);
  if (subject === '' && sessionId === '')
    return faulty(field, 'must name a subject or a session id');
  return ok({ issuer, subject: subject || undefined, sessionId: sessionId || undefined });
}

const lengthFault = `must be at most ${upstreamNameCharsMax} characters`;

/** Whether a text may be the issuer of an identity provider (OpenID Connect Discovery §3). */
function isIssuer(text: string): boolean {
  if (
    text.length > uriCharsMax ||
    /[?#\s]/.test(text) ||
    unprintable.test(text) ||
    !URL.canParse(text)
  )
    return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '';
}

function faulty(field: string, fault: string): { readonly ok: false; readonly error: Denial } {
  return refuse({ reason: 'upstream_malformed', fields: [{ field, fault }] });
}
