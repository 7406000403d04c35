import {
  RenewSessionRequest,
  RenewSessionResponse,
  SessionServiceService,
} from '@creance/proto/wire';
import { decodeReply, secondsOf } from '../broker/read.js';
import type { StreamAsk } from '../broker/stream-talk.js';
import { replyMalformed } from '../errors/local.js';

/** How long a session now lives. */
export interface Renewal {
  readonly idleSeconds: number;
  /** Unix seconds. */
  readonly absoluteEndSeconds: number;
}

const streamed: StreamAsk<Renewal> = {
  kind: { $case: 'renewSession', value: {} },
  read: (answer) => (answer.$case === 'renewSession' ? renewalOf(answer.value) : undefined),
};

/** Asks the broker to prolong the session; it may be asked twice. */
export const renewAsk: {
  readonly path: string;
  readonly request: () => Uint8Array;
  readonly read: (bytes: Uint8Array) => Renewal;
  readonly digest: false;
  readonly streamed: StreamAsk<Renewal>;
} = {
  path: SessionServiceService.renewSession.path,
  request: () => RenewSessionRequest.encode({}).finish(),
  read: (bytes) => renewalOf(decodeReply(RenewSessionResponse, bytes)),
  digest: false,
  streamed,
};

function renewalOf({ idleSeconds, absoluteEndUnixSeconds }: RenewSessionResponse): Renewal {
  if (idleSeconds === 0) throw replyMalformed();
  return { idleSeconds, absoluteEndSeconds: secondsOf(absoluteEndUnixSeconds) };
}
