import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { creanceCommand } from './broker-process.js';
import type { TestCertificate } from './certificate.js';

const manifest = `apiVersion: creance/v1
issuer: https://creance.example.internal
owners:
  team: { contact: team@example.com }
operators:
  oncall: { roles: [viewer, registrar, security] }
`;

/** A broker as in production: `creance serve` with TLS on loopback, in a process of its own. */
export class ServedBroker {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'creance-served-'));
  #child: ChildProcess | undefined;
  /** What it has written so far, on both streams. */
  output = '';
  /** Ports of its doors. */
  grpcPort = 0;
  httpPort = 0;

  constructor(first: TestCertificate) {
    writeFileSync(join(this.folder, 'creance.yaml'), manifest);
    this.put(first);
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Flags that name its files. */
  get flags(): readonly string[] {
    const named = [
      ['--manifest', 'creance.yaml'],
      ['--data', 'data'],
      ['--tls-certificate', 'tls.crt'],
      ['--tls-key', 'tls.key'],
    ] as const;
    return named.flatMap(([flag, file]) => [flag, join(this.folder, file)]);
  }

  async start(): Promise<void> {
    const places = ['--listen', '127.0.0.1:0', '--http-listen', '127.0.0.1:0'];
    const child = spawn(process.execPath, [creanceCommand, 'serve', ...this.flags, ...places], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    await new Promise<void>((resolve, reject) => {
      child.once('exit', () => reject(new Error(`the broker has ended: ${this.output}`)));
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (text) => {
          this.output += text;
          const [grpc, http] = ['gRPC', 'HTTP'].map((door) =>
            new RegExp(`${door}\\s+https://\\S+:(\\d+)`).exec(this.output),
          );
          if (!grpc || !http) return;
          [this.grpcPort, this.httpPort] = [Number(grpc[1]), Number(http[1])];
          resolve();
        });
      }
    });
  }

  /** Puts certificate and key in place, one after the other, each as a whole. */
  put({ certificate, key }: Partial<TestCertificate>): void {
    for (const [name, bytes] of [
      ['tls.crt', certificate],
      ['tls.key', key],
    ] as const) {
      if (bytes === undefined) continue;
      writeFileSync(join(this.folder, `${name}.new`), bytes, { mode: 0o600 });
      renameSync(join(this.folder, `${name}.new`), join(this.folder, name));
    }
  }

  hangUp(): void {
    this.#child?.kill('SIGHUP');
  }

  async dispose(): Promise<void> {
    const child = this.#child;
    if (child !== undefined && child.exitCode === null) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await gone;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
