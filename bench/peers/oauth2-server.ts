import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import OAuth2Server from '@node-oauth/oauth2-server';
import { generateKeyPair, SignJWT } from 'jose';
import { peerAudience, peerClient, peerScope } from './peer-client.js';

// @node-oauth/oauth2-server in a process of its own: client_credentials → a JWT by jose, the last tokens in a Map.
const tokensKept = 1_000;
const { privateKey } = await generateKeyPair('ES256');
const tokens = new Map<string, OAuth2Server.Token>();
const client = { id: peerClient.id, grants: ['client_credentials'] };

const oauth = new OAuth2Server({
  accessTokenLifetime: 60,
  model: {
    getClient: async (id: string, secret: string) =>
      id === peerClient.id && decodeURIComponent(secret.replaceAll('+', ' ')) === peerClient.secret
        ? client
        : false,
    getUserFromClient: async () => ({ id: peerClient.id }),
    validateScope: async () => [peerScope],
    generateAccessToken: () =>
      new SignJWT({ scope: peerScope, client_id: peerClient.id })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'bench' })
        .setIssuer('http://127.0.0.1')
        .setSubject(peerClient.id)
        .setAudience(peerAudience)
        .setJti(randomUUID())
        .setIssuedAt()
        .setExpirationTime('60s')
        .sign(privateKey),
    async saveToken(token, of, user) {
      const saved = { ...token, client: of, user };
      tokens.set(token.accessToken, saved);
      if (tokens.size > tokensKept) tokens.delete(tokens.keys().next().value as string);
      return saved;
    },
    getAccessToken: async (token: string) => tokens.get(token) ?? false,
  } as OAuth2Server.ClientCredentialsModel,
});

async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = [];
  for await (const bytes of request) parts.push(bytes as Buffer);
  return Object.fromEntries(new URLSearchParams(Buffer.concat(parts).toString()));
}

const server = createServer(async (incoming, outgoing) => {
  const request = new OAuth2Server.Request({
    method: incoming.method ?? '',
    query: {},
    headers: { ...incoming.headers } as Record<string, string>,
    body: await bodyOf(incoming),
  });
  const response = new OAuth2Server.Response();
  // A refusal is in the answer's status, which the client counts.
  await oauth.token(request, response).catch(() => {});
  outgoing.writeHead(response.status ?? 500, { 'content-type': 'application/json' });
  outgoing.end(JSON.stringify(response.body));
});
server.listen(0, '127.0.0.1', () =>
  process.send?.({ port: (server.address() as AddressInfo).port }),
);
process.once('disconnect', () => process.exit());
