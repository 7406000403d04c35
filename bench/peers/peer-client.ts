import type { WrkRequest } from '../c-clients.js';

/** The one client that every OAuth peer knows. */
export const peerClient = {
  id: 'bench',
  secret: 'a secret of the bench that is 32 bytes long',
} as const;
export const peerScope = 'contacts:read';
export const peerAudience = 'https://crm.example.internal';

/** A client_credentials grant (RFC 6749 §4.4), the secret in the header of RFC 7617. */
export function grantRequest(port: number, path: string): WrkRequest {
  const { id, secret } = peerClient;
  const encoded = encodeURIComponent(secret).replaceAll('%20', '+');
  const basic = Buffer.from(`${id}:${encoded}`).toString('base64');
  const body = new URLSearchParams({
    grant_type: 'client_credentials',
    scope: peerScope,
    resource: peerAudience,
  });
  return {
    url: `http://127.0.0.1:${port}${path}`,
    headers: {
      authorization: `Basic ${basic}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: body.toString(),
  };
}
