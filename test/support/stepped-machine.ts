import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where Debian's package `libfaketime` puts its library. */
const libraries = ['x86_64', 'aarch64'].map(
  (machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`,
);
const library = libraries.find((file) => existsSync(file));

/** Whether processes here can be given a wall clock that steps. */
export const canStep: boolean = library !== undefined;

/** The wall clock of a process that a test may set at any moment; its monotonic clock goes on. */
export class SteppedMachine {
  readonly #file: string = join(mkdtempSync(join(tmpdir(), 'creance-clock-')), 'ahead');

  constructor() {
    this.step(0);
  }

  /** What the process must find in its environment. */
  get environment(): NodeJS.ProcessEnv {
    return {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: this.#file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
  }

  /** Sets the clock so many seconds ahead of the true time; behind it when negative. */
  step(seconds: number): void {
    writeFileSync(this.#file, `${seconds < 0 ? '' : '+'}${seconds}\n`);
  }
}
