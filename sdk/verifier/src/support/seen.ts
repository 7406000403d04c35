import type { Sighting, Witness } from '../witness.js';

/** A witness that keeps what it is told. */
export class Seen implements Witness {
  readonly sightings: Sighting[] = [];
  /** Whether foreign proofs are wanted, and how often that was asked. */
  wants = true;
  asked = 0;

  get last(): Sighting | undefined {
    return this.sightings.at(-1);
  }

  note(sighting: Sighting): void {
    this.sightings.push(sighting);
  }

  wantsForeignProof(): boolean {
    this.asked += 1;
    return this.wants;
  }
}
