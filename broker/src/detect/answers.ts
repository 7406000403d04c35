import type { Fact } from '../domain/fact.js';
import type { Answered, Reporter, Respond } from './respond.js';
import { UnderWay } from './under-way.js';

/** Parts of the answers. */
export interface AnswersParts {
  readonly respond: Respond;
  readonly onAnswered: (answered: Answered, reporters: readonly Reporter[]) => void;
  readonly onFault: (fault: unknown) => void;
}

/**
 * Facts that are being answered. While one about something is under way, another about the same is the
 * same theft seen twice, and makes no second answer.
 */
export class Answers {
  readonly #parts: AnswersParts;
  readonly #underWay: UnderWay;

  constructor(parts: AnswersParts) {
    this.#parts = parts;
    this.#underWay = new UnderWay(parts.onFault);
  }

  /** Answers a fact about a session or its root, unless that is under way; then calls back. */
  answer(
    fact: Fact,
    about: string,
    reporters: readonly Reporter[],
    then: (answered: Answered) => void = () => {},
  ): void {
    this.#underWay.start(`${fact.kind} ${about}`, async () => {
      const answered = await this.#parts.respond(fact, reporters);
      then(answered);
      this.#parts.onAnswered(answered, reporters);
    });
  }

  /** Resolves when nothing is under way. */
  settled(): Promise<void> {
    return this.#underWay.settled();
  }
}
