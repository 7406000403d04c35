import { once } from 'node:events';
import type { Act } from './orders.js';
import { builtFile, start } from './processes.js';

/** An actor as its parent sees it. */
export interface Actor {
  /** What its ready line said. */
  readonly ready: string;
  /** Milliseconds from its start until it was ready. */
  readonly readyMillis: number;
  /** Gives an order and waits for what comes of it; rejects when the actor is gone. */
  ask(order: string, argument?: unknown): Promise<Act>;
  /** Stops its process where it is; `wake` lets it go on. */
  silence(): void;
  wake(): void;
  /** Lets go of it and waits until it is gone. */
  leave(): Promise<void>;
}

/** Starts an actor by its built file and waits for its line `ready …`. */
export async function startActor(
  file: string,
  environment: Readonly<Record<string, string>>,
): Promise<Actor> {
  const running = await start([builtFile(file)], environment, /^ready ?(.*)$/);
  const { process: child } = running;
  const waiting = new Map<number, { resolve(act: Act): void; reject(fault: Error): void }>();
  let lastId = 0;
  // A process that is stopped does not notice that its parent is gone.
  const end = () => void child.kill('SIGKILL');
  child.on('message', (message) => {
    const { id, ...act } = message as Act & { id: number };
    waiting.get(id)?.resolve(act);
    waiting.delete(id);
  });
  child.once('exit', (code) => {
    for (const { reject } of waiting.values()) reject(new Error(`${file} ended with ${code}`));
  });
  return {
    ready: running.ready[1] ?? '',
    readyMillis: running.readyMillis,
    ask(name, argument) {
      lastId += 1;
      const id = lastId;
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        child.send({ id, name, argument }, (fault) => fault && reject(fault));
      });
    },
    silence() {
      process.once('exit', end);
      child.kill('SIGSTOP');
    },
    wake() {
      child.kill('SIGCONT');
      process.removeListener('exit', end);
    },
    async leave() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const left = once(child, 'exit');
      child.disconnect();
      await left;
    },
  };
}
