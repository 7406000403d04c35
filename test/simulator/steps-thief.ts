import type { SessionId } from '@creance/proto';
import type { Sighting } from '../../broker/src/domain/action.js';
import { handleOf } from '../../broker/src/doubles/ids.js';
import { testIdentity } from '../support/store.js';
import { evidenceOf } from '../support/world-hosts.js';
import { type IssuedInWorld, worldAudience } from '../support/world-verifier.js';
import { issuedOf } from './agents.js';
import { Pen } from './pen.js';
import { hashOf, judge, someSession } from './steps-agents.js';
import type { StolenKey } from './thief.js';
import { brokerOrigin, pathOfVerb, type WireCall } from './wire-call.js';
import type { World } from './world.js';

const resourceUrl = `${worldAudience}/contacts`;

/** Copies a token, or a key with all that it counts. */
export function steal(world: World): void {
  const { dice, thief } = world;
  const session = someSession(world);
  if (session === undefined) return;
  const token = session.tokens.at(-1);
  if (token !== undefined && dice.chance(0.5)) thief.tokens.push(token);
  else thief.keys.push({ session: session.id, pen: session.pen.copy(`thief ${dice.below(1e9)}`) });
  world.note('something is stolen');
}

/** Sends what was overheard once more, byte for byte, to any verifier and to the broker. */
export function replay(world: World): void {
  const { dice, thief, agents } = world;
  const heard = dice.pick(thief.uses);
  const host = dice.pick(world.verifiers);
  if (heard !== undefined && host !== undefined) {
    const token = issuedOf(heard.token, undefined as never);
    // What the verifier has not heard yet is no replay: then the thief was the faster of the two.
    const asked = { token, proof: heard.proof, isHonest: true, skewSeconds: 60 };
    world.network.send('thief', () => void judge(world, host, asked));
  }
  const call = dice.pick(agents.overheard);
  if (call !== undefined) world.toBroker(call, () => {});
}

/** Uses a stolen token with a key of the thief's own; the verifier shows the broker. */
export function useForeign(world: World): void {
  const { dice, thief } = world;
  const token = dice.pick(thief.tokens);
  const host = dice.pick(world.verifiers);
  if (token === undefined || host === undefined) return;
  const pen = new Pen(world.newKey(), `foreign ${dice.below(1e9)}`);
  const proof = proofOf(world, pen, token);
  const used = { token, proof, isHonest: false, skewSeconds: 0 };
  world.network.send('thief', () => {
    void judge(world, host, used);
    thief.leaksShown.add(token.claims.sessionId);
    report(world, { foreignProof: { token: token.token, proof } });
  });
}

/** Uses a stolen key: asks the broker for a token as the session, or for a child. */
export function useKey(world: World): void {
  const { dice, thief } = world;
  const stolen = dice.pick(thief.keys);
  if (stolen === undefined) return;
  thief.keysShown.add(stolen.session);
  const method = dice.chance(0.7) ? 'issueToken' : 'delegateSession';
  askBroker(world, stolen, method);
}

function askBroker(
  world: World,
  stolen: StolenKey,
  method: 'issueToken' | 'delegateSession',
  nonce?: string,
): void {
  const newPen = new Pen(world.newKey(), `thief's ${world.dice.below(1e9)}`);
  const ask =
    method === 'issueToken'
      ? { audience: worldAudience, scopes: ['contacts:read'], lifetimeSeconds: 0 }
      : { key: newPen.key.thumbprint, task: undefined };
  const bytes = Buffer.from(JSON.stringify(ask));
  const proving = {
    method: 'POST',
    target: brokerOrigin + pathOfVerb(method),
    nowSeconds: world.agentClock.seconds,
    nonce,
    content: bytes,
  };
  const call: WireCall = {
    method,
    proofs: [stolen.pen.proof(proving)],
    newKeyProofs: method === 'delegateSession' ? [newPen.proof(proving)] : [],
    sessions: [stolen.session],
    bytes,
    ask,
  };
  world.toBroker(call, (reply, fresh) => {
    if (reply.ok && method === 'issueToken') {
      const { token } = reply.value as { token: string };
      world.thief.tokens.push(issuedOf(token, stolen.pen.key));
      return;
    }
    if (reply.ok) {
      const { id } = reply.value as { id: SessionId };
      world.thief.keys.push({ session: id, pen: newPen });
      return;
    }
    if (reply.denial.reason === 'nonce_required' && nonce === undefined)
      askBroker(world, stolen, method, fresh);
  });
}

/** Redeems a join token, or a child join token, that lay about, with evidence of the thief's own. */
export function redeemOld(world: World): void {
  const { dice, thief, agents } = world;
  const machine = dice.pick(agents.machines);
  if (machine === undefined) return;
  const [own, pen] = [world.newKey(), new Pen(world.newKey(), `redeemer ${dice.below(1e9)}`)];
  const childJoinToken = dice.chance(0.5) ? dice.pick(thief.childTokens) : undefined;
  const copy = { ...machine, key: own, isRedeemed: false };
  const nonce = world.broker.isReady ? world.broker.nonce() : '';
  const evidence = evidenceOf(copy, {
    issuer: testIdentity.issuer,
    sessionKey: pen.key.thumbprint,
    nowSeconds: world.agentClock.seconds,
    nonce,
    id: `stolen ${dice.below(1e9)}`,
  });
  const ask = { task: undefined, upstream: undefined, childJoinToken, evidence };
  const bytes = Buffer.from(JSON.stringify(ask));
  const target = brokerOrigin + pathOfVerb('openSession');
  const nowSeconds = world.agentClock.seconds;
  const proof = pen.proof({ method: 'POST', target, nowSeconds, nonce, content: bytes });
  const call = { proofs: [proof], newKeyProofs: [], sessions: [], bytes, ask };
  world.toBroker({ method: 'openSession', ...call }, () => {});
}

/** A resource lies: it shows what proves nothing, about anybody. */
export function lie(world: World): void {
  const { dice } = world;
  const session = someSession(world);
  const token = session?.tokens.at(-1);
  if (session === undefined) return;
  const pen = new Pen(world.newKey(), `liar ${dice.below(1e9)}`);
  const forged = pen.key.jws('at+jwt', { sub: 'triage' });
  const honest = token && session.pen.copy(`liar ${dice.below(1e9)}`);
  const shown = [
    { token: forged, proof: pen.proof({ ...proving(world), token: forged }) },
    // An honest retry; and a proof that was made for another token.
    ...(token && honest
      ? [
          { token: token.token, proof: proofOf(world, honest, token) },
          { token: token.token, proof: pen.proof({ ...proving(world), token: forged }) },
        ]
      : []),
  ];
  const foreignProof = dice.pick(shown);
  const claimed = { counter: 1 + dice.below(4), issuedAt: world.agentClock.seconds };
  const proof = { ...claimed, hash: hashOf(`made up ${dice.below(1e9)}`) };
  report(world, { session: session.id, foreignProof, proof });
}

function proving(world: World) {
  return { method: 'GET', target: resourceUrl, nowSeconds: world.agentClock.seconds };
}

function proofOf(world: World, pen: Pen, token: IssuedInWorld): string {
  return pen.proof({ ...proving(world), token: token.token });
}

/** What a verifier tells the broker that it has seen. */
function report(world: World, parts: Partial<Sighting>): void {
  const id = `sighting ${world.dice.below(2 ** 30)}`;
  world.network.send('verifier 0', () => {
    const { broker, brokerClock } = world;
    if (!broker.isReady) return;
    const sighting: Sighting = {
      id,
      strength: 'strong',
      witness: handleOf('verifier') as SessionId,
      resource: 'crm',
      audience: worldAudience,
      session: undefined,
      action: 'GET /contacts',
      outcome: 'allowed',
      refusal: undefined,
      at: brokerClock.now(),
      seenMillis: brokerClock.monotonicMillis(),
      vantage: { origin: true, destination: true, outcome: true },
      proof: undefined,
      foreignProof: undefined,
      destinations: [],
      network: undefined,
      client: undefined,
      ...parts,
    };
    broker.witness.take([sighting]);
  });
}
