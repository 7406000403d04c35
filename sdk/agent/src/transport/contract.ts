/** One unary call to the broker, ready to send. */
export interface BrokerCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** The DPoP proof for this call and no other. */
  readonly proof: string;
  /** A second proof for the same call, by the key that it brings. */
  readonly newKeyProof: string | undefined;
  /** The session id as base64url; absent on OpenSession. */
  readonly sessionId: string | undefined;
  readonly deadlineMillis: number;
  /** Its trace context (W3C), by the names of its headers; none when nobody traces. */
  readonly trace?: Readonly<Record<string, string>>;
}

/** What came back. A transport never rejects: a broken connection is a failed reply. */
export type BrokerReply = GoodReply | FailedReply;

/** The call succeeded. */
export interface GoodReply {
  readonly ok: true;
  /** The encoded response. */
  readonly response: Uint8Array;
  /** The newest nonce that the broker sent along. */
  readonly nonce: string | undefined;
}

/** The call failed, at the broker or before it. */
export interface FailedReply {
  readonly ok: false;
  /** gRPC status number. */
  readonly status: number;
  /** The trailer `grpc-status-details-bin`. */
  readonly details: Uint8Array | undefined;
  readonly nonce: string | undefined;
  /** System or TLS code of a failed connection. */
  readonly networkCode: string | undefined;
  /** Where the broker was looked for, when the transport knows. */
  readonly address?: string | undefined;
}

/** A stream to the broker, ready to open. */
export interface StreamCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The DPoP proof for this opening and no other. */
  readonly proof: string;
  /** The session id as base64url. */
  readonly sessionId: string;
  /** The one message of a call that the broker alone streams over; undefined where both sides do. */
  readonly request?: Uint8Array;
}

/** Who hears a stream. Nothing is called once the stream was closed from this side. */
export interface StreamListener {
  /** One message as it came. */
  onMessage(bytes: Uint8Array): void;
  /** The last call: the broker has ended the stream, or the way to it is broken. An end in order is `unavailable`. */
  onEnd(end: FailedReply, isInOrder?: boolean): void;
}

/** A stream that was opened from this side; whether it stands, only its messages tell. */
export interface BrokerStream {
  /** Hands over one message. What can no longer be sent is dropped. */
  send(bytes: Uint8Array): void;
  /** Ends the stream. May be repeated. */
  close(): void;
}

/** The way to the broker. */
export interface BrokerTransport {
  /** Sends one call. Never rejects, and settles within the deadline. */
  unary(call: BrokerCall): Promise<BrokerReply>;
  /** Opens a stream. Never throws, calls nothing before it returns, and never keeps the process alive. */
  stream(call: StreamCall, listener: StreamListener): BrokerStream;
  /** Closes the connection. Calls made later fail as unavailable. */
  close(): void;
}
