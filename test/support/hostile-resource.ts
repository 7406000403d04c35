import { createHash, randomBytes } from 'node:crypto';
import {
  ActionOutcome,
  type Observation,
  ReportActionsRequest,
  ReportActionsResponse,
} from '@creance/proto/wire';
import type { BareAgent } from './bare-agent.js';

const nothing = Buffer.alloc(0);

/** SHA-256 of a text. */
function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** An observation that says nothing yet; `parts` says what. */
export function observation(parts: Partial<Observation> = {}): Observation {
  return {
    actionId: randomBytes(16),
    sessionId: nothing,
    tokenHash: nothing,
    audience: '',
    action: 'GET',
    outcome: ActionOutcome.ACTION_OUTCOME_ALLOWED,
    refusal: '',
    ageMillis: 0,
    vantage: undefined,
    proof: undefined,
    foreignProof: undefined,
    destinations: [],
    origin: undefined,
    span: undefined,
    ...parts,
  };
}

/** What an observation says of a proof; `counter` and `issuedAt` are claims like everything else. */
export function proofSeen(
  text: string,
  claims: { readonly counter: number | bigint; readonly issuedAt?: number },
): NonNullable<Observation['proof']> {
  const issuedAt = claims.issuedAt ?? Math.floor(Date.now() / 1_000);
  const [counter, issuedUnixSeconds] = [BigInt(claims.counter), BigInt(issuedAt)];
  return { counter, issuedUnixSeconds, hash: hashOf(text) };
}

/** A verifier's session that is driven by hand, and says what it likes. */
export class HostileResource {
  readonly #session: BareAgent;
  /** Hashes that the broker has asked for. */
  wanted: readonly string[] = [];
  /** Observations that the broker has taken. */
  taken = 0;

  constructor(session: BareAgent) {
    this.#session = session;
  }

  get id(): string {
    return this.#session.id;
  }

  async report(
    observations: readonly Observation[],
    proofs: readonly string[] = [],
    dropped = 0,
  ): Promise<ReportActionsResponse> {
    const ask = { observations: [...observations], proofs: [...proofs], dropped };
    const bytes = ReportActionsRequest.encode(ask).finish();
    const { client, key, id } = this.#session;
    const reply = await client.call('ActionService/ReportActions', bytes, key, id);
    const response = ReportActionsResponse.decode(reply);
    this.taken += response.taken;
    this.wanted = response.proofsWanted.map((hash) => hash.toString('base64url'));
    return response;
  }
}
