import { createHash } from 'node:crypto';
import { parseJoinString, type Thumbprint } from '@creance/proto';
import type { Evidence } from '../../broker/src/attest/evidence.js';
import type { TestKey } from './test-key.js';

/** A machine on which a workload runs: a join token that somebody put there, and a key of its own. */
export interface Host {
  readonly workload: string;
  readonly joinToken: string;
  /** The evidence key. */
  readonly key: TestKey;
  /** Whether the join token was redeemed with the key: then the key speaks alone. */
  isRedeemed: boolean;
}

/** The join token in a join string. */
export function joinTokenIn(joinString: string): string {
  const parsed = parseJoinString(joinString);
  if (parsed === undefined) throw new Error('the broker gave no join string');
  return parsed.joinToken;
}

/** What an assertion says besides its key. */
export interface Asserting {
  readonly issuer: string;
  readonly sessionKey: Thumbprint;
  readonly nowSeconds: number;
  readonly nonce: string;
  /** Used once. */
  readonly id: string;
}

/** The evidence of a host for a session key: by its join token the first time, by its key afterwards. */
export function evidenceOf(host: Host, asserting: Asserting): Evidence {
  const { issuer, sessionKey, nowSeconds, nonce, id } = asserting;
  const { joinToken, isRedeemed } = host;
  const assertion = host.key.jws('creance-evidence+jwt', {
    aud: issuer,
    iat: nowSeconds,
    exp: nowSeconds + 60,
    jti: id,
    nonce,
    cnf: { jkt: sessionKey },
    ...(!isRedeemed && { jth: createHash('sha256').update(joinToken).digest('base64url') }),
  });
  return isRedeemed
    ? { kind: 'key-assertion', assertion }
    : { kind: 'join-token', joinToken, assertion };
}
