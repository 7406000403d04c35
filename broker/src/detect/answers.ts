import type { Fact } from '../domain/fact.js';
import type { Answered, Reporter, Respond } from './respond.js';

/** Parts of the answers. */
export interface AnswersParts {
  readonly respond: Respond;
  readonly onAnswered: (answered: Answered) => void;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Facts that are being answered. While one about something is under way, another about the same is the
 * same theft seen twice, and makes no second answer.
 */
export class Answers {
  readonly #parts: AnswersParts;
  readonly #underWay = new Map<string, Promise<void>>();

  constructor(parts: AnswersParts) {
    this.#parts = parts;
  }

  /** Answers a fact about a session or its root, unless that is under way; then calls back. */
  answer(
    fact: Fact,
    about: string,
    reporters: readonly Reporter[],
    then: (answered: Answered) => void = () => {},
  ): void {
    const key = `${fact.kind} ${about}`;
    if (this.#underWay.has(key)) return;
    const run = async () => {
      try {
        const answered = await this.#parts.respond(fact, reporters);
        then(answered);
        this.#parts.onAnswered(answered);
      } catch (fault) {
        this.#parts.onFault(fault);
      } finally {
        this.#underWay.delete(key);
      }
    };
    this.#underWay.set(key, run());
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay.values());
  }
}
