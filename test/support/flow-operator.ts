import {
  CompromiseKeyRequest,
  CompromiseKeyResponse,
  CutRequest,
  CutResponse,
  ListKeysRequest,
  ListKeysResponse,
  ListSessionsRequest,
  ListSessionsResponse,
  ListVerifiersRequest,
  ListVerifiersResponse,
  ResumeRequest,
  ResumeResponse,
  SessionState,
  SuggestEnvelopeRequest,
  SuggestEnvelopeResponse,
  SuspendRequest,
  SuspendResponse,
} from '@creance/proto/wire';
import { expect, vi } from 'vitest';
import type { BrokerProcess } from './broker-process.js';

/** A session as the operator sees it. */
export interface SeenSession {
  readonly id: string;
  readonly name: string;
  readonly state: 'live' | 'suspended' | 'revoked' | 'ended' | 'expired';
  readonly allowed: number;
  readonly refused: number;
}

/** An answer of the broker to a theft, as its log has it. */
export interface TheftLine {
  readonly fact: 'foreign_key' | 'cloned_key' | 'counter_left_out';
  readonly ofSession: string;
  readonly session: string;
  readonly outcome: string;
  readonly revision: number;
  readonly sessionsEnded: number;
}

const reason = 'a test';
/** A list of sessions that leaves none out. */
const everything = { workload: '', owner: '', state: 0 } as const;
const states: Readonly<Record<number, SeenSession['state']>> = {
  [SessionState.SESSION_STATE_LIVE]: 'live',
  [SessionState.SESSION_STATE_SUSPENDED]: 'suspended',
  [SessionState.SESSION_STATE_REVOKED]: 'revoked',
  [SessionState.SESSION_STATE_ENDED]: 'ended',
  [SessionState.SESSION_STATE_EXPIRED]: 'expired',
};

/** How long something may take that follows from something else. */
export const soon = { timeout: 10_000, interval: 15 } as const;

/** 16 bytes of a session id. */
export function bytesOfId(id: string): Buffer {
  return Buffer.from(id, 'base64url');
}

/** The owner of a development broker, who looks and acts. */
export class FlowOperator {
  readonly #broker: BrokerProcess;

  constructor(broker: BrokerProcess) {
    this.#broker = broker;
  }

  async cut(target: CutRequest['target']): Promise<CutResponse> {
    const bytes = CutRequest.encode({ target, reason }).finish();
    return CutResponse.decode(await this.#call('Cut', bytes));
  }

  cutSession(id: string): Promise<CutResponse> {
    return this.cut({ $case: 'sessionId', value: bytesOfId(id) });
  }

  async suspend(id: string): Promise<SuspendResponse> {
    const bytes = SuspendRequest.encode({ sessionId: bytesOfId(id), reason }).finish();
    return SuspendResponse.decode(await this.#call('Suspend', bytes));
  }

  async resume(id: string): Promise<number> {
    const bytes = ResumeRequest.encode({ sessionId: bytesOfId(id), reason }).finish();
    return ResumeResponse.decode(await this.#call('Resume', bytes)).sessionsResumed;
  }

  /** Cuts the token key that signs now. */
  async compromiseKey(): Promise<CompromiseKeyResponse> {
    const listed = await this.#call('ListKeys', ListKeysRequest.encode({}).finish());
    const { keys } = ListKeysResponse.decode(listed);
    const keyId = keys.find(({ signing }) => signing)?.keyId ?? '';
    const bytes = CompromiseKeyRequest.encode({ keyId, reason }).finish();
    return CompromiseKeyResponse.decode(await this.#call('CompromiseKey', bytes));
  }

  /** The tree that holds a session, those that ended lately included. */
  tree(id: string): Promise<readonly SeenSession[]> {
    return this.#listed({ ...everything, treeOf: bytesOfId(id) });
  }

  /** The sessions of a member, those that ended lately included. */
  sessionsOf(workload: string): Promise<readonly SeenSession[]> {
    return this.#listed({ ...everything, treeOf: Buffer.alloc(0), workload });
  }

  async #listed(
    which: Omit<ListSessionsRequest, 'pageSize' | 'pageToken'>,
  ): Promise<readonly SeenSession[]> {
    const seen: SeenSession[] = [];
    let pageToken = '';
    do {
      const ask = { ...which, pageSize: 200, pageToken };
      const bytes = ListSessionsRequest.encode(ask).finish();
      const page = ListSessionsResponse.decode(await this.#call('ListSessions', bytes));
      for (const { sessionId, name, state, actionsAllowed, actionsRefused } of page.sessions) {
        seen.push({
          id: sessionId.toString('base64url'),
          name,
          state: states[state] ?? 'ended',
          allowed: Number(actionsAllowed),
          refused: Number(actionsRefused),
        });
      }
      pageToken = page.nextPageToken;
    } while (pageToken !== '');
    return seen;
  }

  /** One session. */
  async session(id: string): Promise<SeenSession> {
    const found = (await this.tree(id)).find((each) => each.id === id);
    if (found === undefined) throw new Error('there is no such session');
    return found;
  }

  async states(id: string): Promise<readonly SeenSession['state'][]> {
    return (await this.tree(id)).map(({ state }) => state);
  }

  /** Calm sessions that a workload has learned from; zero while they are too few to say anything. */
  async learned(workload: string): Promise<number> {
    const bytes = SuggestEnvelopeRequest.encode({ workload }).finish();
    const reply = await this.#call('SuggestEnvelope', bytes).catch(() => undefined);
    return reply === undefined ? 0 : SuggestEnvelopeResponse.decode(reply).sessionsLearned;
  }

  /** Resolves when every subscribed verifier says that it enforces a revision. */
  async enforced(revision: bigint | number): Promise<void> {
    await vi.waitFor(async () => {
      const bytes = ListVerifiersRequest.encode({}).finish();
      const { verifiers } = ListVerifiersResponse.decode(await this.#call('ListVerifiers', bytes));
      expect(verifiers.length).toBeGreaterThan(0);
      for (const { acknowledgedRevision } of verifiers)
        expect(acknowledgedRevision).toBeGreaterThanOrEqual(BigInt(revision));
    }, soon);
  }

  /** Resolves when the broker has judged so many reported uses of a session. */
  async judged(id: string, uses: Partial<Pick<SeenSession, 'allowed' | 'refused'>>): Promise<void> {
    await vi.waitFor(async () => expect(await this.session(id)).toMatchObject(uses), soon);
  }

  /** What the broker has done about thefts of a session's token or key. */
  thefts(id: string): readonly TheftLine[] {
    return this.#broker.output
      .split('\n')
      .filter((line) => line.includes('"theft answered"'))
      .map((line) => JSON.parse(line) as TheftLine)
      .filter(({ ofSession }) => ofSession === id);
  }

  /** The nth answer to a theft of a session's token or key, once it is written down. */
  async theft(id: string, nth = 1): Promise<TheftLine> {
    await vi.waitFor(() => expect(this.thefts(id).length).toBeGreaterThanOrEqual(nth), soon);
    return this.thefts(id)[nth - 1] as TheftLine;
  }

  #call(method: string, bytes: Uint8Array): Promise<Buffer> {
    return this.#broker.operatorCall(`OperatorService/${method}`, bytes);
  }
}
