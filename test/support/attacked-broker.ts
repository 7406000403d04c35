import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { encodeBase64url, type SessionId } from '@creance/proto';
import { afterAll, beforeAll, expect } from 'vitest';
import { BrokerProcess, crmAudience } from './broker-process.js';
import type { OpenedByTest } from './edge.js';
import type { Attacked } from './flood-attacker.js';
import { type LoopTimes, openLoop } from './open-loop.js';
import { RawClient } from './raw-client.js';
import { TestKey } from './test-key.js';

const attacker = fileURLToPath(new URL('./flood-attacker.ts', import.meta.url));

/** What became of an attack. */
export interface AttackSeen extends Attacked {
  /** Bytes by which the broker had grown at most. */
  readonly grewBytes: number;
}

/** Honest calls a second beside an attack. */
const honestPerSecond = 50;

/** A broker in a process of its own, with an honest agent who goes on working. */
export class AttackedBroker {
  readonly process: BrokerProcess = new BrokerProcess(undefined, 'error');
  #client: RawClient | undefined;
  #agent: OpenedByTest | undefined;

  async start(): Promise<void> {
    await this.process.start();
    this.#client = new RawClient(this.process.address);
    this.#agent = await this.#join();
  }

  get port(): number {
    return Number(new URL(this.process.address).port);
  }

  /** Bytes that the process has in memory now. */
  rssBytes(): number {
    return this.#status('VmRSS');
  }

  /** An honest agent asks for tokens while something goes on; gives its times. */
  async beside<Value>(
    attack: () => Promise<Value>,
  ): Promise<{ readonly times: LoopTimes; readonly value: Value }> {
    const [client, agent] = [this.#client as RawClient, this.#agent as OpenedByTest];
    const loop = openLoop(honestPerSecond, () =>
      client.issue(agent.id, agent.key, crmAudience, ['contacts:read']),
    );
    const value = await attack().catch(async (fault) => {
      await loop.stop();
      throw fault;
    });
    return { times: await loop.stop(), value };
  }

  /** The times of honest callers alone, after others have warmed the broker up. */
  async quiet(): Promise<LoopTimes> {
    const alone = (millis: number) =>
      this.beside(() => new Promise((done) => setTimeout(done, millis)));
    await alone(500);
    return (await alone(1_500)).times;
  }

  /** Runs an attack from a process of its own; gives what became of it and of the broker's memory. */
  async attack(kind: string, amount: number, seconds: number): Promise<AttackSeen> {
    const rssBefore = this.rssBytes();
    let rssMost = rssBefore;
    const look = setInterval(() => {
      rssMost = Math.max(rssMost, this.rssBytes());
    }, 20);
    const args = [attacker, kind, String(this.port), String(amount), String(seconds)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    await new Promise((resolve) => child.once('close', resolve));
    clearInterval(look);
    return { ...(JSON.parse(said) as Attacked), grewBytes: rssMost - rssBefore };
  }

  /** Somebody new gets in: the broker lives and serves, and has said nothing of a fault. */
  async expectAlive(): Promise<void> {
    const agent = await this.#join();
    await this.#client?.issue(agent.id, agent.key, crmAudience, ['contacts:read']);
    expect(this.process.output).not.toMatch(/call failed|uncaught|unhandled|"level":(50|60)/i);
  }

  async dispose(): Promise<void> {
    this.#client?.close();
    await this.process.dispose();
  }

  async #join(): Promise<OpenedByTest> {
    const join = await this.process.joinString('workload', 'triage');
    const key = new TestKey();
    const opened = await (this.#client as RawClient).open(join, new TestKey(), key, true);
    return { id: encodeBase64url(opened.sessionId) as SessionId, key };
  }

  #status(name: string): number {
    const status = readFileSync(`/proc/${this.process.pid}/status`, 'latin1');
    const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    return Number(kilobytes) * 1_024;
  }
}

/** One broker for the floods of a file. */
export function attackedBroker(): AttackedBroker {
  const broker = new AttackedBroker();
  beforeAll(() => broker.start(), 60_000);
  afterAll(() => broker.dispose());
  return broker;
}
