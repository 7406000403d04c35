/** One unary call to the broker, ready to send. */
export interface BrokerCall {
  /** `/package.Service/Method`. */
  readonly path: string;
  /** The encoded request. */
  readonly request: Uint8Array;
  /** The DPoP proof for this call and no other. */
  readonly proof: string;
  /** The session id as base64url; absent on OpenSession. */
  readonly sessionId: string | undefined;
  readonly deadlineMillis: number;
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
}

/** The way to the broker. Unary calls today; a session stream can take their place. */
export interface BrokerTransport {
  /** Sends one call. Never rejects, and settles within the deadline. */
  unary(call: BrokerCall): Promise<BrokerReply>;
  /** Closes the connection. Calls made later fail as unavailable. */
  close(): void;
}
