import type { Identity } from '@creance/verifier';

/** What handlers learn of the caller, in the SDK's form. The token stays out: MCP forbids passing it on. */
export interface McpAuthInfo {
  token: '';
  clientId: string;
  scopes: string[];
  expiresAt: number;
  extra: { identity: Identity };
}

/** The caller by what its token says. */
export function authInfoOf(identity: Identity): McpAuthInfo {
  const { clientId, expiresAt } = identity;
  return { token: '', clientId, scopes: [...identity.scopes], expiresAt, extra: { identity } };
}
