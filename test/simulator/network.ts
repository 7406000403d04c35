import type { Dice } from './dice.js';
import type { VirtualTime } from './virtual-time.js';

/** How the network is. */
export interface Weather {
  /** Shares of messages that are lost, and that come twice. */
  readonly lost: number;
  readonly doubled: number;
  /** Share of messages that are held back for seconds, so that later ones overtake them. */
  readonly heldBack: number;
}

/** Weathers by name. */
export const weathers: Readonly<Record<'fair' | 'rough' | 'storm', Weather>> = {
  fair: { lost: 0, doubled: 0, heldBack: 0 },
  rough: { lost: 0.05, doubled: 0.1, heldBack: 0.05 },
  storm: { lost: 0.3, doubled: 0.3, heldBack: 0.3 },
};

/** Milliseconds for which a message is under way at most. */
export const delayMillisMax = 8_000;

const usualMillisMax = 20;

/** Carries messages between machines, or loses them, doubles them and lets them overtake each other. */
export class Network {
  weather: Weather = weathers.fair;
  readonly #time: VirtualTime;
  readonly #dice: Dice;
  readonly #cut = new Set<string>();

  constructor(time: VirtualTime, dice: Dice) {
    this.#time = time;
    this.#dice = dice;
  }

  /** Cuts a machine off from the broker, or joins it again. */
  partition(machine: string, isCut: boolean): void {
    if (isCut) this.#cut.add(machine);
    else this.#cut.delete(machine);
  }

  /** Sends something between the broker and a machine; `arrive` runs once, twice or never. */
  send(machine: string, arrive: () => void): void {
    const { lost, doubled } = this.weather;
    if (this.#cut.has(machine) || this.#dice.chance(lost)) return;
    this.#carry(machine, arrive);
    if (this.#dice.chance(doubled)) this.#carry(machine, arrive);
  }

  /**
   * A connection on which what is sent arrives in its order, as on any stream; but for what the weather does
   * to it, which no honest network does.
   */
  stream(machine: string): (arrive: () => void) => void {
    let lastMillis = 0;
    return (arrive) => {
      const { lost, doubled, heldBack } = this.weather;
      if (this.#cut.has(machine) || this.#dice.chance(lost)) return;
      const isHeldBack = this.#dice.chance(heldBack);
      const wanted = this.#time.nowMillis + this.#delay(isHeldBack);
      const at = isHeldBack ? wanted : Math.max(lastMillis, wanted);
      if (!isHeldBack) lastMillis = at;
      this.#arrive(machine, at - this.#time.nowMillis, arrive);
      if (this.#dice.chance(doubled)) this.#carry(machine, arrive);
    };
  }

  #carry(machine: string, arrive: () => void): void {
    this.#arrive(machine, this.#delay(this.#dice.chance(this.weather.heldBack)), arrive);
  }

  #delay(isHeldBack: boolean): number {
    return this.#dice.below(isHeldBack ? delayMillisMax : usualMillisMax);
  }

  /** What is under way when the line is cut is lost with it. */
  #arrive(machine: string, millis: number, arrive: () => void): void {
    this.#time.after(millis, () => !this.#cut.has(machine) && arrive());
  }
}
