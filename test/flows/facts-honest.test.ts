import type { Session } from '@creance/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BareAgent } from '../support/bare-agent.js';
import { audiences } from '../support/flow-manifest.js';
import type { HttpResource } from '../support/flow-resource.js';
import { type AgentOnStage, codeOf, FlowStage, use } from '../support/flow-stage.js';
import { TestKey } from '../support/test-key.js';

const contacts = { audience: audiences.crm, scopes: ['contacts:read'] };

let stage: FlowStage;
let crm: HttpResource;
let mail: HttpResource;
let agent: AgentOnStage;
let session: Session;

beforeAll(async () => {
  stage = await FlowStage.start();
  [crm, mail, agent] = await Promise.all([
    stage.resource('crm'),
    stage.resource('mail'),
    stage.agent('triage'),
  ]);
});

beforeEach(async () => {
  session = await agent.session();
});

afterAll(() => stage.dispose());

/** Everything was judged, nothing has come of it, and a new session can be had by the same evidence. */
const expectUnharmed = async (
  id: string,
  uses: { allowed: number; refused: number },
  reopen: () => Promise<unknown>,
) => {
  await stage.operator.judged(id, uses);
  // What a first look may have asked for is answered when another report has come and gone.
  const fence = await stage.bare('fierce');
  for (const resource of [crm, mail])
    expect(await fence.use(await fence.token(resource), resource.url)).toBe('ok');
  await stage.operator.judged(fence.id, { allowed: 2 });
  expect(stage.operator.thefts(id)).toEqual([]);
  expect(await stage.operator.session(id)).toMatchObject({ state: 'live', ...uses });
  await reopen();
};

const reopen = async () => (await agent.client.session()).close();

describe('an honest agent without the SDK', () => {
  let bare: BareAgent;
  let token: string;

  beforeEach(async () => {
    bare = await stage.bare('triage');
    token = await bare.token(crm);
    expect(await bare.use(token, crm.url)).toBe('ok');
  });

  // breaks when: a proof's hash is taken for the proof, so that a repetition counts as another
  it('may send a request again, with the same proof and with a new one', async () => {
    const request = bare.request(token, crm.url);
    expect(await bare.send(request)).toBe('ok');
    expect(await Promise.all([bare.send(request), bare.send(request)])).toEqual([
      'proof_replayed',
      'proof_replayed',
    ]);
    expect(await bare.send(bare.request(token, crm.url))).toBe('ok');
    await expectUnharmed(bare.id, { allowed: 3, refused: 2 }, () => bare.open());
  });

  // breaks when: the order of arrival counts
  it('may be heard out of order and late, at two services', async () => {
    const atMail = await bare.token(mail);
    expect(await bare.use(atMail, mail.url)).toBe('ok');
    const other = await stage.bare('triage');
    const late = await other.token(crm);
    const lateMail = await other.token(mail);
    other.nonces.set(crm.origin, bare.nonces.get(crm.origin) ?? '');
    other.nonces.set(mail.origin, bare.nonces.get(mail.origin) ?? '');
    // Made over some seconds, by what they say; they arrive at once, the last ones first.
    const now = Math.floor(Date.now() / 1_000);
    const requests = Array.from({ length: 20 }, (_, at) => {
      const iat = now + Math.floor(at / 5);
      const [text, { url }] = at % 2 === 0 ? [late, crm] : [lateMail, mail];
      return other.request(text, url, { iat });
    });
    for (const request of requests.reverse()) expect(await other.send(request)).toBe('ok');
    await expectUnharmed(other.id, { allowed: 20, refused: 0 }, () => other.open());
  });
});

describe('an honest agent with the SDK', () => {
  it('may do much at once, at two services, while it renews its tokens', async () => {
    const calls = Array.from({ length: 120 }, (_, at) => {
      if (at % 40 === 39) void session.token({ ...contacts, lifetimeSeconds: 15 + at });
      return use(session, at % 2 === 0 ? crm : mail);
    });
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ok']));
    await expectUnharmed(session.id, { allowed: 120, refused: 0 }, reopen);
  });

  // breaks when: a use of a dead token is more than a signal
  it('may have calls under way when it is held, and go on when it is let go', async () => {
    expect(await use(session, crm)).toBe('ok');
    const loot = await Promise.all(
      Array.from({ length: 5 }, () => session.headers({ url: crm.url, ...contacts })),
    );
    const begun = crm.begun();
    const slow = use(session, crm, '/slow');
    await begun;
    const { revision } = await stage.operator.suspend(session.id);
    expect(await slow).toBe('CREANCE_SESSION_SUSPENDED');
    await stage.operator.enforced(revision);
    for (const headers of loot)
      expect((await fetch(crm.url, { headers: { ...headers } })).status).toBe(401);
    expect(await session.token(contacts).catch(codeOf)).toBe('CREANCE_SESSION_SUSPENDED');
    await stage.operator.resume(session.id);
    expect(await use(session, crm)).toBe('ok');
    await expectUnharmed(session.id, { allowed: 3, refused: 5 }, reopen);
  });

  it('may have calls under way when its token is killed, and try them again', async () => {
    expect(await use(session, crm)).toBe('ok');
    const begun = crm.begun();
    const slow = use(session, crm, '/slow');
    await begun;
    const begunAgain = crm.begun();
    const token = (await session.token(contacts)).reveal();
    const thief = await stage.bare('triage');
    thief.key = new TestKey();
    expect(await thief.use(token, crm.url)).toBe('proof_wrong_key');
    const theft = await stage.operator.theft(session.id);
    expect(theft).toMatchObject({ outcome: 'tokens_cut' });
    await begunAgain;
    crm.finish();
    expect(await slow).toBe('ok');
    expect(await use(session, crm)).toBe('ok');
    expect(await use(session, mail)).toBe('ok');
    await stage.operator.judged(session.id, { allowed: 5, refused: 1 });
    expect(stage.operator.thefts(session.id)).toEqual([theft]);
    expect((await stage.operator.session(session.id)).state).toBe('live');
    await reopen();
  });
});
