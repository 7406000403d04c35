import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { VerifierEvent } from '../events.js';
import { type JoinOptions, joinVerifier } from '../grpc.js';
import { type Clock, systemClock } from '../runtime/clock.js';
import { outcome } from '../support/test-verifier.js';
import type { Verifier } from '../verifier.js';
import { FakeBroker } from './fake-broker.js';

/** A broker that listens, a folder for key files, and the verifiers that were started. */
export class FakePlace {
  readonly broker: FakeBroker = new FakeBroker();
  readonly events: VerifierEvent[] = [];
  readonly folder: string;
  readonly #opened: Verifier[] = [];

  static async open(): Promise<FakePlace> {
    const place = new FakePlace(await mkdtemp(join(tmpdir(), 'creance-verifier-')));
    await place.broker.listen();
    return place;
  }

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** The key file; its folder is made on first contact. */
  get keyFile(): string {
    return join(this.folder, 'keys', 'verifier.json');
  }

  async start(options: Partial<JoinOptions> = {}): Promise<Verifier> {
    const onEvent = (event: VerifierEvent) => this.events.push(event);
    const verifier = await joinVerifier({ keyFile: this.keyFile, onEvent, ...options });
    this.#opened.push(verifier);
    return verifier;
  }

  async startReady(options: Partial<JoinOptions> = {}): Promise<Verifier> {
    const verifier = await this.start({ join: this.broker.joinString, ...options });
    await verifier.ready();
    return verifier;
  }

  /** The verdict on a fresh token; a verifier that has just started asks for a nonce, and gets it. */
  async verdict(verifier: Verifier): Promise<string> {
    const { issuer } = this.broker;
    const token = issuer.token();
    const ask = (changes: object) => {
      const headers = { authorization: `DPoP ${token}`, dpop: issuer.proof(token, changes) };
      const request = new Request(`${issuer.audience}/contacts`, { headers });
      return verifier.verify(request, { scopes: ['contacts:read'] });
    };
    const first = await ask({});
    const nonce = first.ok ? undefined : first.failure.headers['dpop-nonce'];
    return outcome(nonce === undefined ? first : await ask({ nonce }));
  }

  async close(): Promise<void> {
    for (const verifier of this.#opened) await verifier.close();
    this.broker.stop();
    await rm(this.folder, { recursive: true });
  }
}

/** Waits a twentieth as long. */
export const hastyClock: Clock = {
  ...systemClock,
  after: (millis, act) => systemClock.after(millis / 20, act),
};
