import type { Thumbprint } from '@creance/proto';
import type { Evidence } from '@creance/proto/wire';
import type { Clock } from '../runtime/clock.js';
import type { Entropy } from '../runtime/entropy.js';
import { makeAssertion } from './assertion.js';
import { dropKeyFile } from './key-file.js';
import type { SigningKey } from './signing-key.js';

/** Which evidence to present. */
export type EvidenceKind = 'join_token' | 'key_assertion';

/** How a process shows who it is: its evidence key and, until it is redeemed, a join token. */
export interface EvidenceParts {
  readonly issuer: string;
  readonly key: SigningKey;
  /** Whether the key was read from a file, so that it may be registered already. */
  readonly keyMayBeRegistered: boolean;
  readonly joinToken: string | undefined;
  /** Where the key is kept; undefined for one in memory. */
  readonly keyFile?: string | undefined;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** The evidence of this process. The join token stays inside, and only until it is redeemed. */
export class EvidenceSource {
  readonly #parts: EvidenceParts;
  #joinToken: string | undefined;
  #registered: boolean;

  constructor(parts: EvidenceParts) {
    const { joinToken, ...rest } = parts;
    this.#parts = { ...rest, joinToken: undefined };
    this.#joinToken = joinToken;
    this.#registered = parts.keyMayBeRegistered;
  }

  /** The file that had the key before this process; undefined for a key that was made here. */
  get oldKeyFile(): string | undefined {
    const { keyFile, keyMayBeRegistered } = this.#parts;
    return keyMayBeRegistered ? keyFile : undefined;
  }

  /** The join has come to nothing: a key file that was made for it goes. Never rejects. */
  async dropNewKeyFile(): Promise<void> {
    const { keyFile, keyMayBeRegistered, key } = this.#parts;
    if (keyFile !== undefined && !keyMayBeRegistered) await dropKeyFile(keyFile, key);
  }

  /** Kinds to try, in order: the key first when it may be registered, then the join token. */
  kinds(): readonly EvidenceKind[] {
    const kinds: EvidenceKind[] = [];
    if (this.#registered || this.#joinToken === undefined) kinds.push('key_assertion');
    if (this.#joinToken !== undefined) kinds.push('join_token');
    return kinds;
  }

  /** Evidence that lets `sessionKey` open a session. */
  make(kind: EvidenceKind, sessionKey: Thumbprint, nonce: string | undefined): Evidence {
    const { issuer, key, clock, entropy } = this.#parts;
    const joinToken = kind === 'join_token' ? this.#joinToken : undefined;
    const assertion = makeAssertion(key, { issuer, sessionKey, nonce, joinToken }, clock, entropy);
    if (joinToken === undefined) return { kind: { $case: 'keyAssertion', value: { assertion } } };
    return { kind: { $case: 'joinToken', value: { joinToken, assertion } } };
  }

  /** The broker took the evidence: the key is registered, and the join token has done its work. */
  accepted(): void {
    this.#registered = true;
    this.#joinToken = undefined;
  }
}
