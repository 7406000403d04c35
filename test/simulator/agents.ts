import type { Revision, SessionId } from '@creance/proto';
import { parseToken } from '@creance/proto';
import type { Evidence } from '../../broker/src/attest/evidence.js';
import type { TaskAsk } from '../../broker/src/commands/task-ask.js';
import { testIdentity } from '../support/store.js';
import type { TestKey } from '../support/test-key.js';
import { evidenceOf, type Host } from '../support/world-hosts.js';
import type { IssuedInWorld } from '../support/world-verifier.js';
import { Pen } from './pen.js';
import type { Scene } from './scene.js';
import { brokerOrigin, type MemberVerb, pathOfVerb, type WireCall } from './wire-call.js';

/** A session as its agent has it. */
export interface AgentSession {
  readonly id: SessionId;
  pen: Pen;
  readonly machine: Host;
  readonly isRoot: boolean;
  readonly tokens: IssuedInWorld[];
}

/** What an agent asks besides the verb. */
interface Calling {
  readonly pen: Pen;
  readonly session?: SessionId;
  readonly newPen?: Pen;
  /** Made anew for each try: evidence holds a nonce. */
  readonly ask: (nonce: string) => unknown;
  readonly onDone: (value: unknown) => void;
}

/** Verbs whose proofs cover the bytes. */
const covered: readonly MemberVerb[] = [
  'openSession',
  'delegateSession',
  'createChildJoinToken',
  'rekeySession',
  'endSession',
];

/** The agents of a world: their machines, their sessions, and what they hold. */
export class Agents {
  readonly machines: Host[] = [];
  readonly sessions: AgentSession[] = [];
  /** Calls that went over the network, as whoever listens has them. */
  readonly overheard: WireCall[] = [];
  readonly #world: Scene;
  #nonce = '';
  #names = 0;

  constructor(world: Scene) {
    this.#world = world;
  }

  openRoot(machine: Host, task: TaskAsk | undefined, upstream: object | undefined): void {
    this.#open(machine, { task, upstream, childJoinToken: undefined });
  }

  redeemChild(machine: Host, childJoinToken: string): void {
    this.#open(machine, { task: undefined, upstream: undefined, childJoinToken });
  }

  delegate(parent: AgentSession, task: TaskAsk | undefined): void {
    const newPen = this.newPen();
    this.call('delegateSession', {
      pen: parent.pen,
      session: parent.id,
      newPen,
      ask: () => ({ key: newPen.key.thumbprint, task }),
      onDone: (value) => this.#add(value as { id: SessionId }, newPen, parent.machine, false),
    });
  }

  childToken(parent: AgentSession, machine: Host): void {
    this.call('createChildJoinToken', {
      pen: parent.pen,
      session: parent.id,
      ask: () => ({ workload: machine.workload, task: undefined }),
      onDone: (value) => {
        const { childJoinToken } = value as { childJoinToken: string };
        this.#world.secrets.add(childJoinToken);
        this.#world.thief.childTokens.push(childJoinToken);
        this.redeemChild(machine, childJoinToken);
      },
    });
  }

  issue(session: AgentSession, scopes: readonly string[], lifetimeSeconds: number): void {
    this.call('issueToken', {
      pen: session.pen,
      session: session.id,
      ask: () => ({ audience: 'https://crm.example.internal', scopes, lifetimeSeconds }),
      onDone: (value) => {
        const { token } = value as { token: string };
        session.tokens.push(issuedOf(token, session.pen.key));
      },
    });
  }

  renew(session: AgentSession): void {
    this.#plain('renewSession', session);
  }

  end(session: AgentSession): void {
    this.#plain('endSession', session);
  }

  rekey(session: AgentSession): void {
    const newPen = this.newPen();
    this.call('rekeySession', {
      pen: session.pen,
      session: session.id,
      newPen,
      ask: (nonce) => ({
        key: newPen.key.thumbprint,
        evidence: this.evidence(session.machine, newPen.key, nonce),
      }),
      onDone: (_revision: unknown | Revision) => {
        session.pen = newPen;
      },
    });
  }

  /** Another session key. */
  newPen(): Pen {
    this.#names += 1;
    return new Pen(this.#world.newKey(), `key ${this.#names}`);
  }

  /** Evidence of a machine, for a session key. */
  evidence(machine: Host, key: TestKey, nonce: string): Evidence {
    this.#names += 1;
    return evidenceOf(machine, {
      issuer: testIdentity.issuer,
      sessionKey: key.thumbprint,
      nowSeconds: this.#world.agentClock.seconds,
      nonce,
      id: `assertion ${this.#names}`,
    });
  }

  /** Sends a call, and once more with a nonce when one is asked for. */
  call(method: MemberVerb, calling: Calling, tries = 2): void {
    const wire = this.#written(method, calling);
    this.overheard.push(wire);
    if (this.overheard.length > 20) this.overheard.shift();
    this.#world.toBroker(wire, (reply, nonce) => {
      this.#nonce = nonce;
      if (reply.ok) {
        calling.onDone(reply.value);
        return;
      }
      if (reply.denial.reason === 'join_token_used') this.#noteRedeemed(wire);
      if (reply.denial.reason === 'nonce_required' && tries > 1)
        this.call(method, calling, tries - 1);
    });
  }

  #plain(method: 'renewSession' | 'endSession', { pen, id }: AgentSession): void {
    this.call(method, { pen, session: id, ask: () => ({}), onDone: () => {} });
  }

  #written(method: MemberVerb, { pen, newPen, session, ask: askOf }: Calling): WireCall {
    const nonce = this.#nonce;
    const ask = askOf(nonce);
    const bytes = Buffer.from(JSON.stringify(ask));
    const proving = {
      method: 'POST',
      target: brokerOrigin + pathOfVerb(method),
      nowSeconds: this.#world.agentClock.seconds,
      ...(nonce !== '' && { nonce }),
      ...(covered.includes(method) && { content: bytes }),
    };
    return {
      method,
      proofs: [pen.proof(proving)],
      newKeyProofs: newPen === undefined ? [] : [newPen.proof(proving)],
      sessions: session === undefined ? [] : [session],
      bytes,
      ask,
    };
  }

  #open(machine: Host, declared: object): void {
    const pen = this.newPen();
    this.call('openSession', {
      pen,
      ask: (nonce) => ({ ...declared, evidence: this.evidence(machine, pen.key, nonce) }),
      onDone: (value) => {
        machine.isRedeemed = true;
        this.#add((value as { session: { id: SessionId } }).session, pen, machine, true);
      },
    });
  }

  #add({ id }: { id: SessionId }, pen: Pen, machine: Host, isRoot: boolean): void {
    if (this.sessions.some((each) => each.id === id)) return;
    this.sessions.push({ id, pen, machine, isRoot, tokens: [] });
  }

  /** The answer to an earlier try was lost, and the machine has been registered by it. */
  #noteRedeemed({ ask }: WireCall): void {
    const { evidence } = ask as { evidence: { joinToken?: string } };
    for (const machine of this.machines) {
      if (machine.joinToken === evidence.joinToken) machine.isRedeemed = true;
    }
  }
}

/** A token as its holder has it. */
export function issuedOf(token: string, key: TestKey): IssuedInWorld {
  const parsed = parseToken(token);
  if (!parsed.ok) throw new Error(parsed.error);
  return { token, claims: parsed.value.unverifiedClaims, keyId: parsed.value.keyId, key };
}
