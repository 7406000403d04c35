import { createHash } from 'node:crypto';
import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import { joinTokenIn } from '../support/world-hosts.js';
import { worldOperator } from '../support/world-sessions.js';
import { type IssuedInWorld, worldAudience } from '../support/world-verifier.js';
import type { AgentSession } from './agents.js';
import type { VerifierHost } from './verifier-host.js';
import type { World } from './world.js';

const resourceUrl = `${worldAudience}/contacts`;
const workloads = ['triage', 'writer', 'batch', 'triage'] as const;
const scopeSets: readonly (readonly string[])[] = [
  ...Array.from({ length: 6 }, () => ['contacts:read']),
  ['contacts:read', 'contacts:write'],
  ['contacts:export'],
];
const lifetimes = [0, 0, 15, 60, 300] as const;
const ends = [0, 0, 20, 90, 400, 3_000] as const;

/** A machine joins: an operator makes a join token, and somebody puts it there. */
export async function addMachine(world: World, named?: string): Promise<void> {
  const { broker, agents, dice } = world;
  if (!broker.isReady) return;
  const workload = named ?? (dice.pick(workloads) as string);
  const member = { kind: 'workload' as const, name: workload };
  const ask = { member, uses: 1, lifetimeSeconds: 0, networks: [] };
  const made = broker.run(broker.verbs.createJoinToken, ask, { caller: worldOperator });
  await world.time.pass(10);
  void made.then((answer) => {
    if (!answer?.ok) return;
    const joinToken = joinTokenIn(answer.value.joinString);
    world.secrets.add(joinToken);
    const machine = { workload, joinToken, key: world.newKey(), isRedeemed: false };
    agents.machines.push(machine);
    agents.openRoot(machine, taskOf(world), undefined);
  });
}

/** Another root, on whose behalf somebody may be named. */
export function openRoot(world: World): void {
  const { agents, dice } = world;
  const machine = dice.pick(agents.machines);
  const upstream = { issuer: 'https://login.example.internal', subject: 'alex', sessionId: 'l-1' };
  if (machine !== undefined)
    agents.openRoot(machine, taskOf(world), dice.chance(0.5) ? upstream : undefined);
}

/** A child, in the same process or on another machine. */
export function delegate(world: World): void {
  const { agents, dice } = world;
  const parent = someSession(world);
  if (parent === undefined) return;
  const machine = dice.chance(0.4) ? dice.pick(agents.machines) : undefined;
  if (machine === undefined) agents.delegate(parent, taskOf(world));
  else agents.childToken(parent, machine);
}

export function issue(world: World): void {
  const session = someSession(world);
  const scopes = world.dice.pick(scopeSets) as readonly string[];
  if (session !== undefined)
    world.agents.issue(session, scopes, world.dice.pick(lifetimes) as number);
}

export function renew(world: World): void {
  const session = someSession(world);
  if (session !== undefined) world.agents.renew(session);
}

/** Another key, and at the same moment somebody still asks by the old one: whoever comes first. */
export function rekey(world: World): void {
  const session = world.dice.pick(world.agents.sessions.filter(({ isRoot }) => isRoot));
  if (session === undefined) return;
  world.agents.rekey(session);
  if (world.dice.chance(0.5)) world.agents.issue(session, ['contacts:read'], 0);
}

export function end(world: World): void {
  const session = someSession(world);
  if (session !== undefined) world.agents.end(session);
}

/** An agent uses a token at a verifier, mostly its last one. */
export function use(world: World): void {
  const { dice } = world;
  const holders = world.agents.sessions.filter(({ tokens }) => tokens.length > 0);
  const session = dice.pick(holders);
  const host = dice.pick(world.verifiers);
  if (session === undefined || host === undefined) return;
  const token = dice.chance(0.7) ? session.tokens.at(-1) : dice.pick(session.tokens);
  if (token === undefined) return;
  present(world, host, session, token);
}

function present(
  world: World,
  host: VerifierHost,
  session: AgentSession,
  token: IssuedInWorld,
  nonce?: string,
): void {
  // A pen of before a rekey is gone, and the token is bound to it.
  if (session.pen.key.thumbprint !== token.claims.keyThumbprint) return;
  const nowSeconds = world.agentClock.seconds;
  const proof = session.pen.proof({
    method: 'GET',
    target: resourceUrl,
    nowSeconds,
    token: token.token,
    nonce,
  });
  const { issuedAt } = session.pen;
  world.thief.overhear({ token: token.token, proof });
  world.network.send('clients', () => {
    const skewSeconds = issuedAt - host.clock.seconds;
    void judge(world, host, { token, proof, isHonest: true, skewSeconds }).then((fresh) => {
      if (fresh !== undefined && nonce === undefined) present(world, host, session, token, fresh);
    });
  });
}

/** A request at a verifier, and the laws over its verdict; gives the nonce that is asked for. */
export async function judge(
  world: World,
  host: VerifierHost,
  used: {
    readonly token: IssuedInWorld;
    readonly proof: string;
    readonly isHonest: boolean;
    readonly skewSeconds: number;
  },
): Promise<string | undefined> {
  const { token, proof, isHonest, skewSeconds } = used;
  const call = {
    method: 'GET',
    pathname: '/contacts',
    authorization: `DPoP ${token.token}`,
    proof,
  };
  const scopes = token.claims.scopes.slice(0, 1);
  const verified = await host.verifier.verifyCall(call, { scopes });
  const verdict = verified.ok ? 'ok' : verified.failure.reason;
  world.note(`${host.name}: ${verdict}`);
  const name = `${host.name} ${host.runs} ${proof}`;
  const isFirst = !world.presented.has(name);
  world.presented.add(name);
  world.laws.used({ host, token: token.token, verdict, isHonest, isFirst, skewSeconds });
  if (verified.ok && world.taken.has(name)) world.laws.fail('law 6', 'a proof is taken twice');
  if (verified.ok) world.taken.add(name);
  if (verified.ok) {
    verified.identity.release();
    return undefined;
  }
  if (verdict !== 'nonce_required') return undefined;
  const headers = new Headers(verified.failure.headers as Record<string, string>);
  return headers.get('dpop-nonce') ?? undefined;
}

/** SHA-256 of a text, as base64url. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}

/** A session to do something with: mostly a late one, so that trees grow deep. */
export function someSession({ agents, dice }: World): AgentSession | undefined {
  const late = agents.sessions.slice(-4);
  return dice.pick(dice.chance(0.7) ? late : agents.sessions);
}

function taskOf({ dice }: World): TaskAsk | undefined {
  if (dice.chance(0.5)) return undefined;
  const scopes = ['contacts:read'] as never;
  const grants = dice.chance(0.4) ? [{ audience: worldAudience, scopes }] : [];
  return { grants, lifetimeSeconds: dice.pick(ends) as number };
}
