import type { VirtualTimer } from './virtual-time.js';

/** Sets a timer of the process that runs now. */
type After = (millis: number, run: () => void) => VirtualTimer;

const names = [
  'setTimeout',
  'setInterval',
  'setImmediate',
  'clearTimeout',
  'clearInterval',
  'clearImmediate',
] as const;

/**
 * Puts the timers of a world in the place of the machine's: the broker's rooms set theirs by the names that
 * every program uses. What would run in the next turn of the loop runs `turnMillis()` later, as if the disk
 * took so long: whatever arrives meanwhile is of the same group. Gives the way back.
 */
export function takeTimers(after: After, turnMillis: () => number): () => void {
  const machine = Object.fromEntries(names.map((name) => [name, globalThis[name]]));
  const clear = (timer: VirtualTimer | undefined) => timer?.cancel();
  const repeat = (run: () => void, millis: number): VirtualTimer => {
    let current = after(millis, again);
    const timer: VirtualTimer = { cancel: () => current.cancel(), unref: () => timer };
    function again(): void {
      current = after(millis, again);
      run();
    }
    return timer;
  };
  Object.assign(globalThis, {
    setTimeout: (run: (...given: unknown[]) => void, millis = 0, ...given: unknown[]) =>
      after(millis, () => run(...given)),
    setInterval: repeat,
    setImmediate: (run: (...given: unknown[]) => void, ...given: unknown[]) =>
      after(turnMillis(), () => run(...given)),
    clearTimeout: clear,
    clearInterval: clear,
    clearImmediate: clear,
  });
  return () => void Object.assign(globalThis, machine);
}
