import type { Session } from '@creance/sdk';
import { traceToCarry } from './telemetry.js';

/** The headers of one request: bearer material. */
export interface SignedRequest {
  readonly authorization: string;
  readonly dpop: string;
  /** The trace of whoever signed it, if that is traced. */
  readonly traceparent?: string;
}

/**
 * Requests that are signed and not yet sent, with a live token and a proof each: as somebody would hold
 * them who had taken over the whole process a moment ago.
 */
export interface Presigned {
  readonly url: string;
  readonly method: string;
  readonly requests: readonly SignedRequest[];
}

/** A request and what it needs. */
export interface PresignAsk {
  readonly url: string;
  readonly method: string;
  readonly audience: string;
  readonly scopes: readonly string[];
}

/** Signs one request so many times. */
export async function presign(
  session: Session,
  ask: PresignAsk,
  count: number,
): Promise<Presigned> {
  const requests: SignedRequest[] = [];
  const trace = traceToCarry();
  for (let nth = 0; nth < count; nth += 1)
    requests.push({ ...(await session.headers(ask)), ...trace });
  return { url: ask.url, method: ask.method, requests };
}
