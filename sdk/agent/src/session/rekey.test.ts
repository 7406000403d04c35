import { parseProof } from '@creance/proto';
import { RekeySessionRequest } from '@creance/proto/wire';
import { beforeEach, describe, expect, it } from 'vitest';
import { settle } from '../doubles/fake-clock.js';
import { lostReply } from '../doubles/replies.js';
import { type Stage, setStage } from '../doubles/stage.js';
import type { InternalSession } from '../internal.js';
import type { Session } from './session.js';

const crm = { audience: 'https://crm.example', scopes: ['contacts:read'] };
const url = 'https://crm.example/';

let stage: Stage;
let session: InternalSession;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
});

const keyAtBroker = () => stage.broker.sessions.get(session.id);
const asked = () => stage.broker.seen('RekeySession');
const keysAsked = () =>
  new Set(asked().map(({ request }) => RekeySessionRequest.decode(request).keyThumbprint));

/** Counter of a proof for a resource, and whether its key is the one that its token is bound to. */
async function signedBy(of: Session): Promise<{ counter: number | undefined; isBound: boolean }> {
  const { authorization, dpop } = await of.headers({ url, ...crm });
  const payload = Buffer.from(authorization.split('.')[1] ?? '', 'base64url').toString();
  const { cnf } = JSON.parse(payload) as { cnf: { jkt: string } };
  const proof = parseProof(dpop);
  if (!proof.ok) throw new Error(proof.error);
  const { thumbprintOf } = await import('../doubles/scripted-judge.js');
  return { counter: proof.value.counter, isBound: thumbprintOf(proof.value.jwk) === cnf.jkt };
}

describe('rekey', () => {
  it('binds the session to a new key, and everything goes by it', async () => {
    const before = keyAtBroker();
    const token = await session.token(crm);
    await session.rekey();
    expect(keyAtBroker()).not.toBe(before);
    await settle();
    const after = await session.token(crm);
    expect(after.reveal()).not.toBe(token.reveal());
    expect(stage.broker.streams.at(-1)?.key).toBe(keyAtBroker());
    expect(stage.broker.streams[0]?.isOver).toBe(true);
    expect(stage.transport.streamsOpen).toBe(1);
    // 1 and 2 proved the change, 3 opened the stream.
    expect(await signedBy(session)).toEqual({ counter: 4, isBound: true });
    expect(stage.events.map(({ type }) => type)).toContain('session_rekeyed');
  });

  // breaks when: either proof lacks nonce or digest, or the evidence vouches for another key: the double judges all
  it('proves both keys, and its evidence vouches for the new one', async () => {
    await session.rekey();
    const last = asked().at(-1);
    expect(last?.parsed.nonce).toBe('nonce-for-new-keys');
    expect(last?.parsed.contentDigest).toMatch(/^sha-256=/);
    const { evidence } = RekeySessionRequest.decode(last?.request ?? new Uint8Array());
    expect(evidence?.kind?.$case).toBe('keyAssertion');
  });

  it('leaves the children of this process in place', async () => {
    const child = await session.delegate();
    await session.rekey();
    expect(child.signal.aborted).toBe(false);
    expect((await child.token(crm)).scopes).toEqual(['contacts:read']);
    expect((await child.delegate()).name).toBe(child.name);
  });

  it('changes the key once for all who ask at once', async () => {
    await Promise.all([session.rekey(), session.rekey(), session.rekey()]);
    expect(keysAsked().size).toBe(1);
  });

  it('can be repeated', async () => {
    await session.rekey();
    const first = keyAtBroker();
    await session.rekey();
    expect(keyAtBroker()).not.toBe(first);
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
  });

  it('makes no call once the session is over', async () => {
    await session.close();
    await expect(session.rekey()).rejects.toBe(session.signal.reason);
    expect(asked()).toHaveLength(0);
  });

  it('that is refused leaves the old key in place', async () => {
    const before = keyAtBroker();
    stage.broker.refuseNext('RekeySession', 'evidence_key_revoked');
    await expect(session.rekey()).rejects.toMatchObject({ reason: 'evidence_key_revoked' });
    expect(keyAtBroker()).toBe(before);
    await settle();
    await session.token(crm);
    expect(await signedBy(session)).toMatchObject({ isBound: true });
    expect(stage.transport.streamsOpen).toBe(1);
    await session.rekey();
    expect(keysAsked().size).toBe(2);
  });

  it('ends the session when the answer says so', async () => {
    stage.broker.refuseNext('RekeySession', 'session_revoked');
    await expect(session.rekey()).rejects.toMatchObject({ reason: 'session_revoked' });
    expect(session.signal.aborted).toBe(true);
    expect(stage.transport.streamsOpen).toBe(0);
  });
});

describe('a rekey whose answer is lost', () => {
  // breaks when: the outcome is taken for a failure: the session would speak by a key that is worth nothing
  it('is found out by asking which key holds', async () => {
    stage.broker.losses.set('RekeySession', lostReply(4));
    const changing = session.rekey();
    await stage.clock.advance(5_000);
    await changing;
    expect(keysAsked().size).toBe(1);
    expect(await signedBy(session)).toMatchObject({ isBound: true });
  });

  it('while the broker is away is settled by the first call that needs it', async () => {
    stage.broker.losses.set('RekeySession', lostReply(4));
    const changing = session.rekey();
    const outcome = expect(changing).rejects.toMatchObject({ name: 'BrokerUnavailableError' });
    await settle();
    stage.transport.away = true;
    await stage.clock.advance(15_000);
    await outcome;
    stage.transport.away = false;
    // The session still speaks by the old key, which the broker refuses.
    expect((await session.token(crm)).scopes).toEqual(['contacts:read']);
    expect(await signedBy(session)).toMatchObject({ isBound: true });
    expect(session.signal.aborted).toBe(false);
    await stage.clock.advance(30_000);
    expect(stage.broker.streams.at(-1)?.key).toBe(keyAtBroker());
  });

  it('that never arrived leaves the old key, and the next change names the same new one', async () => {
    const before = keyAtBroker();
    stage.transport.away = true;
    const changing = session.rekey();
    const outcome = expect(changing).rejects.toMatchObject({ name: 'BrokerUnavailableError' });
    await stage.clock.advance(15_000);
    await outcome;
    stage.transport.away = false;
    await session.token(crm);
    expect(keyAtBroker()).toBe(before);
    await session.rekey();
    expect(keyAtBroker()).not.toBe(before);
    expect(keysAsked().size).toBe(1);
  });

  // breaks when: a key of which nobody has heard is forgotten
  it('and arrives later is noticed when the old key is refused', async () => {
    for (let i = 0; i < 6; i += 1) stage.broker.replyNext('RekeySession', lostReply(4));
    const outcome = expect(session.rekey()).rejects.toMatchObject({
      name: 'BrokerUnavailableError',
    });
    await stage.clock.advance(5_000);
    await outcome;
    await session.token(crm);
    const [late] = keysAsked();
    stage.broker.sessions.set(session.id, late ?? '');
    stage.transport.breakStreams();
    expect((await session.token({ ...crm, scopes: ['other'] })).scopes).toEqual(['other']);
    expect(await signedBy(session)).toMatchObject({ isBound: true });
  });
});

describe('calls while the key changes', () => {
  // breaks when: `speak` does not make the call again by the new key
  it('that the broker refuses for their key are made again by the new one', async () => {
    stage = setStage();
    session = await stage.open();
    // By now the nonce is known: the next change is through at once, before the calls behind it.
    await session.rekey();
    const release = stage.transport.hold();
    const changing = session.rekey();
    const asking = [0, 1, 2].map((i) => session.token({ ...crm, scopes: [`s${i}`] }));
    release();
    await changing;
    expect((await Promise.all(asking)).map(({ scopes }) => scopes[0])).toEqual(['s0', 's1', 's2']);
    expect(stage.broker.seen('IssueToken')).toHaveLength(6);
    expect(session.signal.aborted).toBe(false);
  });

  // breaks when: a token is proved by the session's key of the moment: that would look like theft
  it('never prove a token by another key than its own', async () => {
    await session.token(crm);
    const signed: Promise<{ isBound: boolean }>[] = [];
    for (let i = 0; i < 5; i += 1) {
      signed.push(signedBy(session));
      const changing = session.rekey();
      signed.push(signedBy(session));
      await changing;
      signed.push(signedBy(session));
    }
    expect((await Promise.all(signed)).every(({ isBound }) => isBound)).toBe(true);
  });

  it('refuses a token that a stream got for another key', async () => {
    const stream = stage.broker.streams[0];
    // As if the session's key had changed under the stream that the old one opened.
    stage.broker.sessions.set(session.id, 'x'.repeat(43));
    await expect(session.token(crm)).rejects.toMatchObject({ code: 'CREANCE_TOKEN_WRONG_KEY' });
    expect(stream?.heard).toHaveLength(1);
  });
});
