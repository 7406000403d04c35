import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { encodeBase64url, type SessionId } from '@creance/proto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BrokerProcess } from '../support/broker-process.js';
import { type Entries, type OpenedByTest, Wire } from '../support/edge.js';
import { fuzzWords } from '../support/fuzz-words.js';
import { bodyTricks } from '../support/http-corpus.js';
import { isLong } from '../support/long.js';
import { mutated } from '../support/mutations.js';
import { nextNumber, RawClient } from '../support/raw-client.js';
import { seededNumbers } from '../support/seeded.js';
import { TestKey } from '../support/test-key.js';
import { anyMessage, ownMethods, pathOf } from '../support/wire-grammar.js';

const mutations = isLong ? 10_000 : 1_000;
const seed = Number(process.env['CREANCE_SEED'] ?? 20_261_125);
const perMethod = Math.ceil((mutations * 0.9) / ownMethods.length);
const requests = Math.ceil(mutations * 0.1);
const testMillis = isLong ? 1_200_000 : 60_000;

const manifest = `apiVersion: creance/v1
owners:
  team: { contact: team@example.com }
resources:
  crm:
    audience: https://crm.example.internal
    scopes: { contacts:read: { access: read } }
workloads:
  triage: { owner: team, class: agent, evidence: [{ kind: join-token }] }
operators:
  oncall: { roles: [viewer, registrar, policy, security, keys, auditor] }
`;
const memberFor = (path: string) => {
  if (path.includes('Verifier')) return ['verifier', 'crm'] as const;
  if (/Operator|Registry/.test(path)) return ['operator', 'oncall'] as const;
  return ['workload', 'triage'] as const;
};
/** What an honest broker answers by no name: its own fault, an unknown one, a call that hung. */
const faults = /^(internal|unavailable|deadline_exceeded|grpc:(2|4|13|14|15))$/;

const broker = new BrokerProcess(manifest, 'error');
let client: RawClient;
let wire: Wire;

beforeAll(async () => {
  await broker.start();
  client = new RawClient(broker.address);
  wire = new Wire(new URL(broker.address).host);
}, 60_000);
afterAll(async () => {
  client.close();
  wire.close();
  await broker.dispose();
});

async function open(path: string): Promise<OpenedByTest> {
  const [kind, name] = memberFor(path);
  const key = new TestKey();
  const join = await broker.joinString(kind, name);
  const { sessionId } = await client.open(join, new TestKey(), key, true);
  return { id: encodeBase64url(sessionId) as SessionId, key };
}

/** A proof that is as good as any: what is sent is judged for what it says. */
function entriesFor(path: string, bytes: Uint8Array, { id, key }: OpenedByTest): Entries {
  const digest = createHash('sha256').update(bytes).digest('base64');
  const proofBy = (by: TestKey) =>
    by.jws('dpop+jwt', {
      jti: randomUUID(),
      htm: 'POST',
      htu: broker.address + path,
      iat: Math.floor(Date.now() / 1_000),
      nonce: client.nonce,
      ctr: nextNumber(by),
      content_digest: `sha-256=:${digest}:`,
    });
  const session = path.endsWith('/OpenSession') ? [] : ([['creance-session', id]] as const);
  return [['dpop', proofBy(key)], ['creance-new-key-proof', proofBy(new TestKey())], ...session];
}

async function said(bytes: Buffer): Promise<string> {
  const port = /HTTP\s+http:\/\/127\.0\.0\.1:(\d+)/.exec(broker.output)?.[1];
  const socket = connect(Number(port), '127.0.0.1');
  let text = '';
  socket.on('data', (part) => {
    text += part;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.end(bytes);
  await once(socket, 'close');
  return text;
}

describe(`F-27 hostile bytes over a connection, ${mutations} by seed ${seed}`, () => {
  // breaks when: a converter throws, or a handler decodes outside of decodeMessage
  it.each(ownMethods.map((method, at) => [pathOf(method), method, at] as const))(
    'to %s are answered by name',
    async (path, { input }, at) => {
      const next = seededNumbers(seed + at);
      const seen = new Set<string>();
      for (let sent = 0; sent < perMethod; sent += 30) {
        const session = await open(path);
        const words = fuzzWords([session], manifest);
        const batch = Array.from({ length: Math.min(30, perMethod - sent) }, () => {
          const good = anyMessage(input, next, words);
          return next(3) === 0 ? good : mutated(good, next);
        });
        const ends = await Promise.all(
          batch.map((bytes) => wire.send(path, bytes, entriesFor(path, bytes, session), 20_000)),
        );
        for (const { reason } of ends) seen.add(reason);
        // A member holds a hundred sessions at most; this one may have been ended by what was sent.
        await client.end(session.id, session.key).catch(() => {});
      }
      expect([...seen].filter((reason) => faults.test(reason))).toEqual([]);
      // A broker that refuses everybody at the door would pass as well.
      expect(
        [...seen].filter((reason) => !/^(proof|nonce|session_missing)/.test(reason)),
      ).not.toEqual([]);
    },
    testMillis,
  );

  it(
    `and of ${requests} requests over HTTP`,
    async () => {
      const next = seededNumbers(seed + 500);
      const good = bodyTricks.map(([, bytes]) => Buffer.from(bytes, 'latin1'));
      const paths = ['/healthz', '/readyz', '/.well-known/jwks.json', '/%2e%2e/x', '/\u0000'];
      good.push(...paths.map((path) => Buffer.from(`GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`)));
      for (let sent = 0; sent < requests; sent += 1) {
        const text = await said(mutated(good[next(good.length)] as Buffer, next));
        const [, status = '0'] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
        expect(text, status).not.toMatch(/"internal"|HTTP\/1\.1 50[0-24-9]/);
      }
    },
    testMillis,
  );

  it('leaves a broker that lives, serves, and has had no fault', async () => {
    const { id, key } = await open('/creance.v1.SessionService/RenewSession');
    await client.renew(id, key);
    expect(broker.output).not.toMatch(/call failed|request failed|"level":(50|60)/i);
  });
});
