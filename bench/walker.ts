import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import type { Member } from './member.js';
import { audienceOf, benchScope } from './watch-stage.js';

const agent = new Agent({ keepAlive: true, maxSockets: 64 });

/** What a resource said to a request. */
export interface Step {
  readonly status: number;
  /** When the verifier had noted it: milliseconds of the shared monotonic clock. */
  readonly seenAtMillis: number;
}

interface Answer extends Step {
  readonly nonce: string | undefined;
}

/** Whoever holds a session's key: asks for tokens and acts at resources, and says nothing of it himself. */
export class Walker {
  readonly #member: Member;
  readonly #origins: readonly string[];
  /** By resource; shared by all that walk there. */
  readonly #nonces: (string | undefined)[];
  readonly #tokens = new Map<number, string>();

  constructor(member: Member, origins: readonly string[], nonces: (string | undefined)[]) {
    this.#member = member;
    this.#origins = origins;
    this.#nonces = nonces;
  }

  /** Has a token for a resource from now on. */
  async prepare(resource: number): Promise<void> {
    if (this.#tokens.has(resource)) return;
    this.#tokens.set(resource, await this.#member.token(audienceOf(resource), [benchScope]));
  }

  /** Does one action at a resource, once more when the verifier wants a nonce. */
  async act(resource: number, action: string): Promise<Step> {
    await this.prepare(resource);
    const nonce = this.#nonces[resource];
    const answer = await this.#send(resource, action);
    if (answer.nonce !== undefined) this.#nonces[resource] = answer.nonce;
    return answer.status === 401 && answer.nonce !== nonce && answer.nonce !== undefined
      ? this.#send(resource, action)
      : answer;
  }

  #send(resource: number, action: string): Promise<Answer> {
    const url = `${this.#origins[resource]}/${action}`;
    const token = this.#tokens.get(resource) ?? '';
    const ath = createHash('sha256').update(token).digest('base64url');
    const headers = {
      authorization: `DPoP ${token}`,
      dpop: this.#member.proof('GET', url, { ath, nonce: this.#nonces[resource] }),
      'user-agent': 'bench',
    };
    return new Promise((resolve, reject) => {
      const sent = request(url, { agent, headers }, (response) => {
        response.resume().once('end', () => {
          const { headers: said, statusCode: status = 0 } = response;
          const nonce = said['dpop-nonce'] as string | undefined;
          resolve({ status, seenAtMillis: Number(said['seen-at-millis']), nonce });
        });
      });
      sent.once('error', reject);
      sent.end();
    });
  }
}
