import { Agent, request } from 'node:http';
import { createRequire } from 'node:module';
import { has, type WrkRequest, wrkSubject } from '../c-clients.js';
import { lanes, measured } from '../call-subjects.js';
import type { Subject } from '../harness.js';
import { versionOf } from '../place.js';
import { ended, startPart } from '../stage.js';
import type { Peer } from './peer.js';
import { grantRequest } from './peer-client.js';

const require = createRequire(import.meta.url);

/** The peers on Node: they come with the bench. */
export async function startNodePeers(): Promise<readonly Peer[]> {
  return [
    await startOAuth('oidc-provider', 'peers/oidc-provider.js', {
      path: '/token',
      settings:
        'client_secret_basic; memory adapter; resource indicator → JWT by ES256, 60 s, which is not stored',
    }),
    await startOAuth('@node-oauth/oauth2-server', 'peers/oauth2-server.js', {
      path: '/',
      settings:
        'node:http; client_secret_basic; JWT by jose, ES256, 60 s; the last 1,000 tokens in a Map; no policy',
    }),
  ];
}

async function startOAuth(
  name: string,
  file: string,
  { path, settings }: { readonly path: string; readonly settings: string },
): Promise<Peer> {
  const { child, ready } = await startPart<{ port: number }>(file);
  const grant = grantRequest(ready.port, path);
  const isLoaded = has('wrk');
  const pid = child.pid ?? 0;
  return {
    name,
    version: versionOf(require, name),
    operation: 'client_credentials grant → JWT',
    settings,
    client: isLoaded ? `wrk, ${lanes} connections` : `Node, ${lanes} in flight`,
    subject: isLoaded ? wrkSubject(name, pid, grant) : nodeSubject(name, pid, grant),
    stop: () => ended(child),
  };
}

/** The same requests by a client in Node, where there is none in C. */
function nodeSubject(name: string, pid: number, { url, headers, body }: WrkRequest): Subject {
  const agent = new Agent({ keepAlive: true, maxSockets: lanes });
  return measured(
    name,
    pid,
    () =>
      new Promise<void>((resolve, reject) => {
        const sent = request(url, { method: 'POST', agent, headers }, (response) => {
          const { statusCode } = response;
          const isGood = statusCode === 200;
          response
            .resume()
            .once('end', () => (isGood ? resolve() : reject(new Error(`${name}: ${statusCode}`))));
        });
        sent.once('error', reject);
        sent.end(body);
      }),
  );
}
