import type { Session } from '@creance/sdk';

/** What one tool needs, named by whoever writes the tool and never by the model. */
export interface ToolNeeds {
  /** Audience of the one resource that the tool speaks to. */
  readonly audience: string;
  /** Scopes of its requests. */
  readonly scopes: readonly string[];
  /** Scopes that the resource may ask for beyond these, once a request; none when absent. */
  readonly stepUp?: readonly string[] | undefined;
}

const challengeCharsMax = 4_096;

/**
 * One request with a token for exactly what a tool needs. A 401 is answered by the session; a 403
 * `insufficient_scope` (RFC 6750 §3.1) by one more try, when it asks for nothing beyond `stepUp`. Every
 * other reply is given back as it is.
 */
export async function fetchFor(
  session: Session,
  { audience, scopes, stepUp = [] }: ToolNeeds,
  input: string | URL,
  init: RequestInit & { readonly creance?: { readonly action: string } } = {},
): Promise<Response> {
  const ask = { ...init, audience };
  const reply = await session.fetch(input, { ...ask, scopes });
  const asked = scopesAsked(reply).filter((scope) => !scopes.includes(scope));
  const mayAsk = asked.length > 0 && asked.every((scope) => stepUp.includes(scope));
  const { body } = init;
  if (!mayAsk || (body !== undefined && body !== null && typeof body !== 'string')) return reply;
  await reply.body?.cancel();
  return session.fetch(input, { ...ask, scopes: [...scopes, ...asked] });
}

function scopesAsked(reply: Response): readonly string[] {
  if (reply.status !== 403) return [];
  const challenge = reply.headers.get('www-authenticate')?.slice(0, challengeCharsMax) ?? '';
  if (!/\berror="?insufficient_scope\b/.test(challenge)) return [];
  return /\bscope="([^"]*)"/.exec(challenge)?.[1]?.split(' ').filter(Boolean) ?? [];
}
