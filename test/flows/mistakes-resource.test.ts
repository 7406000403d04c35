import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join as pathOf } from 'node:path';
import type { Session } from '@creance/sdk';
import { protect, troubleText, type VerifierEvent } from '@creance/verifier';
import { joinVerifier } from '@creance/verifier/grpc';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { audiences } from '../support/flow-manifest.js';
import { soon } from '../support/flow-operator.js';
import type { HttpResource } from '../support/flow-resource.js';
import { FlowStage } from '../support/flow-stage.js';
import { type Mistake, made, otherwise, type SeenError } from '../support/mistake.js';

let stage: FlowStage;
let crm: HttpResource;
let astray: HttpResource;
let session: Session;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(pathOf(tmpdir(), 'creance-resource-'));
  stage = await FlowStage.start();
  const [agent, ...resources] = await Promise.all([
    stage.agent('orchestrator'),
    stage.resource('crm'),
    // As behind a proxy of which the verifier was not told.
    stage.resource('crm', { publicOrigin: 'https://crm.example.internal' }),
  ]);
  [crm, astray] = resources;
  session = await agent.session();
});
afterAll(async () => {
  await stage.dispose();
  rmSync(folder, { recursive: true, force: true });
});

type Headers = Readonly<Record<string, string>>;
type Denied = Extract<VerifierEvent, { readonly kind: 'denied' }>;

const signed = (url: string, of = audiences.crm as string, scopes = ['contacts:read']) =>
  session.headers({ url, audience: of, scopes });

/** A refused request: the caller's answer, and what the owner's log says under the same request id. */
async function sent({ events, url }: HttpResource, headers: Headers): Promise<SeenError> {
  const reply = await fetch(url, { headers });
  const body = (await reply.json()) as Record<string, string>;
  const found = events.find(
    (event): event is Denied => event.kind === 'denied' && event.requestId === body['request_id'],
  );
  // The outsider: a code, the page that explains it, a request id, and no rule.
  const { reason = '' } = body;
  const known = reason === 'insufficient_scope' ? ['scope'] : [];
  expect(Object.keys(body).sort()).toEqual(['error', 'reason', 'request_id', ...known, 'type']);
  expect(body['type']).toMatch(new RegExp(`/reference/errors-verifier\\.md#${reason}$`));
  const challenge = reply.headers.get('www-authenticate') ?? '';
  const text = `${found && troubleText(found)}\n${reply.status} ${challenge} ${body['scope'] ?? ''}`;
  return { code: reason, text };
}

/** A verifier of crm that has never reached its broker. */
async function lonely(): Promise<SeenError> {
  const join = await stage.broker.joinString('verifier', 'crm');
  const verifier = await joinVerifier({
    join: otherwise(join, { address: 'http://127.0.0.1:1' }),
    keyFile: pathOf(folder, 'lonely.key.json'),
    onEvent: () => {},
  });
  stage.closeLater(() => verifier.close());
  const { url } = crm;
  const request = new Request(url, { headers: await signed(url) });
  const answer = await protect(
    verifier,
    { scopes: ['contacts:read'] },
    () => new Response(),
  )(request);
  const { reason } = (await answer.json()) as { reason: string };
  return { code: reason, text: `fix: ${answer.status} ${answer.headers.get('retry-after')}` };
}

const mistakes: readonly Mistake[] = [
  {
    does: 'a token that is sent as a bearer token',
    code: 'token_sent_as_bearer',
    fix: /fix: send it with the scheme DPoP, and a proof by its key/,
    also: /401 DPoP algs="ES256", error="invalid_token"/,
    async make() {
      const { authorization } = await signed(crm.url);
      return sent(crm, { authorization: authorization.replace('DPoP', 'Bearer') });
    },
  },
  {
    does: 'a token without a proof',
    code: 'proof_missing',
    fix: /fix: send one proof in the header DPoP/,
    also: /401 DPoP .*error="invalid_dpop_proof"/,
    make: async () => sent(crm, { authorization: (await signed(crm.url)).authorization }),
  },
  {
    does: 'headers that a retry library sends twice',
    code: 'proof_replayed',
    fix: /fix: make a proof for each request/,
    async make() {
      await session.fetch(crm.url, { audience: audiences.crm, scopes: ['contacts:read'] });
      const headers = await signed(crm.url);
      expect((await fetch(crm.url, { headers })).status).toBe(200);
      return sent(crm, headers);
    },
  },
  {
    does: 'a proof that was made for another URL',
    code: 'proof_wrong_target',
    fix: /fix: set htu to the URL of the request without query/,
    make: async () => sent(crm, await signed(`${crm.origin}/others`)),
  },
  {
    does: 'a verifier that was not told its public origin',
    code: 'proof_wrong_target',
    fix: /fix: .*the owner sets publicOrigin to the origin that clients use/,
    also: /nearest rule: publicOrigin is https:\/\/crm\.example\.internal;/,
    make: async () => sent(astray, await signed(astray.url)),
  },
  {
    does: 'a token for another resource',
    code: 'token_wrong_audience',
    fix: /fix: ask for a token with the audience of this resource/,
    make: async () => sent(crm, await signed(crm.url, audiences.mail, ['mail:send'])),
  },
  {
    does: 'a token without the scope of the action, whose holder may know which',
    code: 'insufficient_scope',
    fix: /fix: ask for a token with the scopes named/,
    also: /403 DPoP .*error="insufficient_scope".* scope="contacts:read" contacts:read/,
    make: async () => sent(crm, await signed(crm.url, audiences.crm, ['contacts:export'])),
  },
  {
    does: 'a request before the verifier knows what was revoked',
    code: 'view_missing',
    fix: /503 1$/,
    make: lonely,
  },
];

describe('who calls a resource, and its owner, are told the fix for', () => {
  it.each(mistakes.map((mistake) => [mistake.does, mistake] as const))('%s', (_does, mistake) =>
    made(mistake),
  );
});

describe('a strict resource whose feed has gone stale', () => {
  it('refuses, and its owner is told why and what helps', async () => {
    const text: string[] = [];
    const verifier = await joinVerifier({
      join: await stage.broker.joinString('verifier', 'crm'),
      keyFile: pathOf(folder, 'stale.key.json'),
      publicOrigin: crm.origin,
      maxStaleSeconds: 1,
      onEvent: (event) => event.kind === 'stale' && void text.push(troubleText(event) ?? ''),
    });
    stage.closeLater(() => verifier.close());
    await verifier.ready();
    const agent = await stage.bare('triage');
    const token = await agent.token(crm);
    const verdict = async () => {
      const { authorization, dpop } = agent.request(token, crm.url);
      const request = new Request(crm.url, { headers: { authorization, dpop } });
      const verified = await verifier.verify(request, { scopes: ['contacts:read'] });
      if (verified.ok) return 'ok';
      const { headers, reason } = verified.failure;
      agent.nonces.set(crm.origin, headers['dpop-nonce'] ?? '');
      return reason;
    };
    expect(await verdict()).toBe('nonce_required');
    expect(await verdict()).toBe('ok');
    await stage.broker.stop('SIGKILL');
    await vi.waitUntil(() => text.length > 0, soon);
    expect(text[0]).toMatch(
      /^CREANCE_FEED_STALE what was revoked was heard last 1\.\d s ago: .*fix: check that the broker runs/,
    );
    expect(await verdict()).toBe('feed_stale');
  });
});
