import type { Workload } from '../../domain/registry.js';
import { reaches } from '../../domain/risk.js';
import { UnderWay } from '../under-way.js';
import type { Judgement } from '../watch/engine.js';
import type { Allowance } from './allowance.js';
import { type Decision, type Held, keepDecision, type LiveSession } from './live-session.js';
import type { LiveSessions } from './live-sessions.js';
import { tells } from './modes.js';
import { suspendForRisk } from './suspend-for-risk.js';
import { targetOf } from './target.js';
import type { WatchParts } from './watch-parts.js';

/** Turns a level into a response: by the workload's mode, within the caps, on the session that is meant. */
export class Decider {
  readonly #parts: WatchParts;
  readonly #sessions: LiveSessions;
  readonly #allowance: Allowance;
  readonly #underWay: UnderWay;

  constructor(parts: WatchParts, sessions: LiveSessions, allowance: Allowance) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#allowance = allowance;
    this.#underWay = new UnderWay(parts.onFault);
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#underWay.settled();
  }

  /** Answers a judgement whose level is another than what the session is under. */
  decide(session: LiveSession, workload: Workload, judgement: Judgement): void {
    if (reaches(judgement.level, 'suspend')) {
      this.#suspend(session, workload, judgement);
      return;
    }
    const target = this.#target(session, judgement);
    if (reaches(target.imposed, 'suspend')) return;
    target.imposed = judgement.level;
    this.#sessions.changed(target);
    this.#note(session, judgement, judgement.level, undefined);
  }

  /** Notes what rules that are not enforced would have come to, where that is more than what was done. */
  tell(session: LiveSession, { responses }: Workload, judgement: Judgement): void {
    if (reaches(session.imposed, judgement.level) || judgement.level === judgement.before) return;
    const done = tells(responses) ? 'alert' : 'would have';
    this.#note(session, judgement, done, 'not every rule is enforced');
  }

  #suspend(session: LiveSession, workload: Workload, judgement: Judgement): void {
    const target = this.#target(session, judgement);
    if (reaches(target.imposed, judgement.level) || this.#underWay.has(target.root)) return;
    const ask = { workload: workload.name, owner: workload.owner, resource: session.reporter };
    const hit = this.#allowance.take(ask, this.#parts.now() / 1_000);
    if (hit !== undefined) {
      this.#parts.onCapped(hit);
      const isNew = target.imposed !== 'narrow';
      target.imposed = 'narrow';
      this.#sessions.changed(target);
      if (isNew)
        this.#note(session, judgement, 'narrow', `automatic suspensions are capped: ${hit}`);
      return;
    }
    this.#underWay.start(target.root, () => this.#write(session, target, judgement));
  }

  async #write(session: LiveSession, target: LiveSession, judgement: Judgement): Promise<void> {
    const { level, risk } = judgement;
    if (level !== 'suspend' && level !== 'suspendTree') return;
    // Of a tree the store holds the root and the session in doubt: each is to be revalidated by itself.
    const done = await suspendForRisk(this.#parts, {
      session: level === 'suspendTree' ? session.id : target.id,
      of: session,
      level,
      risk,
    });
    if (done.ok) {
      const top = level === 'suspendTree' ? this.#sessions.get(target.root) : target;
      for (const one of [top ?? target, session]) {
        one.imposed = level;
        this.#sessions.changed(one);
      }
    } else {
      target.imposed = 'narrow';
      this.#sessions.changed(target);
    }
    if (done.ok) this.#note(session, judgement, level, undefined, done.value);
    else this.#note(session, judgement, 'narrow', done.error);
  }

  /** The lowest session whose subtree holds most of the evidence; the root for what is worst. */
  #target(session: LiveSession, { level }: Judgement): LiveSession {
    const { tree } = session.watched;
    if (tree === undefined) return session;
    if (level === 'suspendTree') return this.#sessions.get(session.root) ?? session;
    const { engine } = this.#parts;
    const all = this.#sessions.ofTree(session.root);
    const id = targetOf(all, (one) => engine.evidenceOf(one.watched), session.root);
    return this.#sessions.get(id) ?? session;
  }

  #note(
    session: LiveSession,
    { level, risk }: Judgement,
    done: Decision['done'],
    because: string | undefined,
    held?: Held,
  ): void {
    const decision = { atMillis: this.#parts.now() / 1_000, level, done, risk, because };
    keepDecision(session, decision);
    this.#parts.onDecision(session, decision, held);
  }
}
