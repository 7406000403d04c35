/**
 * Runs steps side by side, at most `lanes` at a time, each as early as the order of the list lets it: one
 * that `needs` others waits for their end while later ones go on, one that is `alone` waits for all that run
 * and lets nobody start beside it. A need that is not in the list is not waited for. After `isStopped()`
 * nothing more starts. Resolves when nothing runs any more; `run` must not throw.
 *
 * @param {readonly { name: string, needs?: readonly string[], alone?: boolean }[]} steps
 * @param {{ lanes: number, isStopped?: () => boolean }} options
 * @param {(step: object) => Promise<void>} run
 */
export async function runInLanes(steps, { lanes, isStopped = () => false }, run) {
  const waiting = [...steps];
  const running = new Map();
  while (true) {
    const step = isStopped() ? undefined : startable(waiting, running, lanes);
    if (step !== undefined) {
      waiting.splice(waiting.indexOf(step), 1);
      const ended = run(step).then(() => running.delete(step));
      running.set(step, ended);
    } else if (running.size > 0) await Promise.race(running.values());
    else break;
  }
  // Only a circle of needs leaves some that can never start.
  if (waiting.length > 0 && !isStopped())
    throw new Error(`steps that need each other: ${waiting.map(({ name }) => name).join(', ')}`);
}

/** The first that may start now; undefined when all have to wait. */
function startable(waiting, running, lanes) {
  if (running.size >= lanes) return undefined;
  if ([...running.keys()].some(({ alone }) => alone)) return undefined;
  const unfinished = new Set([...waiting, ...running.keys()].map(({ name }) => name));
  for (const step of waiting) {
    if ((step.needs ?? []).some((name) => unfinished.has(name))) continue;
    // Others must not pass it for ever: whoever is alone comes next once his turn is there.
    if (step.alone && running.size > 0) return undefined;
    return step;
  }
  return undefined;
}
