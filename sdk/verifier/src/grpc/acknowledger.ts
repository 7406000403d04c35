import type { Revision } from '@creance/proto';
import { AcknowledgeRequest, VerifierServiceService } from '@creance/proto/wire';
import type { Voice } from './voice.js';

/**
 * Tells the broker what is enforced. One call at a time: what comes meanwhile is told in one. A call
 * that failed is made up for by the next frame.
 */
export class Acknowledger {
  readonly #voice: Voice;
  #told = 0;
  #wanted = 0;
  #isTelling = false;

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  /** Notes that the view enforces a revision. */
  note(revision: Revision): void {
    this.#wanted = Math.max(this.#wanted, revision);
    if (!this.#isTelling && this.#wanted > this.#told) void this.#tell();
  }

  async #tell(): Promise<void> {
    this.#isTelling = true;
    let isUnderstood = true;
    while (isUnderstood && this.#wanted > this.#told) {
      const revision = this.#wanted;
      const request = AcknowledgeRequest.encode({ revision: BigInt(revision) }).finish();
      const reply = await this.#voice.call(VerifierServiceService.acknowledge.path, () =>
        Buffer.from(request),
      );
      isUnderstood = reply.ok;
      if (isUnderstood) this.#told = revision;
    }
    this.#isTelling = false;
  }
}
