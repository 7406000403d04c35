import type { Revision, SessionId } from '@creance/proto';
import type { Evidence } from '../../broker/src/attest/evidence.js';
import { rpcStatusOf } from '../../broker/src/rpc/status.js';
import type { Carried } from './broker-process.js';
import { auditLaws } from './laws-audit.js';
import { checkLog, checkLogWhole } from './laws-log.js';
import { checkKilled, checkMinted } from './laws-mint.js';
import { checkTrees } from './laws-tree.js';
import { checkVerdict, checkViews, type Used } from './laws-verify.js';
import type { Minted } from './ledger.js';
import type { AuditState, Laws, Scene } from './scene.js';
import type { WireCall, WireReply } from './wire-call.js';

/** A law that does not hold any more, and what was seen. */
export class LawBroken extends Error {
  readonly law: string;

  constructor(law: string, seen: string) {
    super(`${law}: ${seen}`);
    this.name = 'LawBroken';
    this.law = law;
  }
}

/** The laws, and all that must be remembered to tell whether they hold. */
export class LawBook implements Laws {
  readonly audit: AuditState = {
    held: new Set(),
    keyOf: new Map(),
    issued: new Map(),
    killedAt: new Map(),
  };
  /** Revisions that somebody was told of. */
  readonly acknowledged: { readonly revision: Revision; readonly what: string }[] = [];
  /** By join token, the key that has redeemed it, as the header of its assertion names it. */
  readonly #redeemers = new Map<string, string>();
  readonly #scene: Scene;
  #failure: LawBroken | undefined;

  constructor(world: Scene) {
    this.#scene = world;
  }

  /** Notes that a law is broken: the first time counts. */
  fail(law: string, seen: string): void {
    this.#failure ??= new LawBroken(law, seen);
  }

  /** After every step. Throws when a law does not hold. */
  check(): void {
    this.#read();
    checkTrees(this.#scene);
    checkLog(this.#scene);
    checkKilled(this.#scene);
    checkViews(this.#scene);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A token leaves. */
  minted(minted: Minted, carried: Carried): void {
    this.#read();
    checkMinted(this.#scene, minted, carried);
  }

  /** A reply leaves: laws 2 and 10. */
  replied(call: WireCall, reply: WireReply): void {
    if (reply.ok) this.#opened(call);
    else this.#refused(call, reply);
  }

  /** Law 2: a join token is redeemed by one key, whoever of two was the faster. */
  #opened({ method, ask }: WireCall): void {
    if (method !== 'openSession') return;
    const { evidence } = ask as { evidence: Evidence };
    if (evidence.kind !== 'join-token') return;
    const [key = ''] = evidence.assertion.split('.');
    const first = this.#redeemers.get(evidence.joinToken) ?? key;
    this.#redeemers.set(evidence.joinToken, first);
    if (first !== key) this.fail('law 2', 'a join token was redeemed twice');
  }

  /** Law 10: nobody is told what is not his to know. */
  #refused({ sessions }: WireCall, reply: WireReply & { readonly ok: false }): void {
    const { denial, caller } = reply;
    const { details } = rpcStatusOf(denial, { requestId: 'r', caller });
    const text = Buffer.concat(details.map(({ value }) => value)).toString('latin1');
    // The session itself is told the scope that it lacks, and nothing else.
    const own = caller?.kind === 'session' ? denial.missingScope : undefined;
    if (own === undefined && text.includes('missing_scope'))
      this.fail('law 10', 'an outsider is told a scope');
    const secrets = Object.values(denial.detail ?? {}).filter((each) => typeof each === 'string');
    const told = secrets.find((each) => each.length > 3 && each !== own && text.includes(each));
    if (told !== undefined) this.fail('law 10', `a caller of ${sessions[0]} is told ${told}`);
  }

  /** The witness room has acted on what it took for a fact: law 11. */
  answered(session: SessionId, outcome: string): void {
    const { thief, ledger } = this.#scene;
    this.#read();
    const root = ledger.path(session)[0]?.id;
    const isInTree = (each: SessionId) => ledger.path(each)[0]?.id === root;
    const shown = outcome === 'tokens_cut' ? thief.leaksShown : thief.keysShown;
    const acted = ['tokens_cut', 'tree_suspended', 'tree_revoked', 'session_revoked'];
    if (acted.includes(outcome) && ![...shown].some(isInTree))
      this.fail('law 11', `${outcome} although nobody has stolen anything`);
  }

  /** A verifier has judged a use. */
  used(used: Used): void {
    this.#read();
    checkVerdict(this.#scene, used);
  }

  /** The broker has come up again: law 3, over all of it. */
  restarted(): void {
    checkLogWhole(this.#scene);
  }

  #read(): void {
    const { ledger, time } = this.#scene;
    const fresh = ledger.read(time.nowMillis);
    if (fresh.length > 0) auditLaws(this.#scene, fresh);
  }
}
