import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import type { BrokerProcess } from '../broker-process.js';
import { repository } from '../doc-pages.js';
import type { ClosedAsk, Issued, LoadAsk, OpenAsk } from './load-words.js';

/** Built, since a process of its own runs no TypeScript with our imports. */
const childFile = join(repository, 'test/dist/support/load/issue-child.js');

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (fault: Error) => void;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly fault?: string;
}

type Told<Ask> = Ask extends unknown ? Omit<Ask, 'id'> : never;

/** Members in a process of their own who ask a broker for tokens as they are told. */
export class IssueLoad {
  readonly #child: ChildProcess = fork(childFile);
  readonly #waiting = new Map<number, Waiting>();
  #asked = 0;

  constructor() {
    this.#child.on('message', ({ id, value, fault }: Answer) => {
      const waiting = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (fault === undefined) waiting?.resolve(value);
      else waiting?.reject(new Error(fault));
    });
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`it ended with ${code}`));
    });
  }

  /** Has so many members of each workload join. */
  async join(broker: BrokerProcess, workloads: readonly string[], each: number): Promise<void> {
    for (const workload of workloads) {
      const joins: string[] = [];
      for (let at = 0; at < each; at += 1)
        joins.push(await broker.joinString('workload', workload));
      await this.#ask({ kind: 'join', address: broker.address, joins });
    }
  }

  /** Asks at a rate. */
  atRate(ask: Omit<OpenAsk, 'id' | 'kind'>): Promise<Issued> {
    return this.#ask({ kind: 'open', ...ask }) as Promise<Issued>;
  }

  /** Asks one after the other, so many at once. */
  atOnce(ask: Omit<ClosedAsk, 'id' | 'kind'>): Promise<Issued> {
    return this.#ask({ kind: 'closed', ...ask }) as Promise<Issued>;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #ask(told: Told<LoadAsk>): Promise<unknown> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ ...told, id });
    });
  }
}
