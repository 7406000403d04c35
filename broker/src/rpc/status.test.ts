import { type Reason, reasonRow, reasons, type Scope } from '@creance/proto';
import { BadRequest, ErrorInfo, RetryInfo, RpcStatus } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../domain/caller.js';
import type { Denial } from '../domain/denial.js';
import type { Session } from '../domain/session.js';
import { type RefusalStatus, statusOf } from './status.js';

const requestId = 'request-1';
const stranger = { requestId, caller: undefined };
const session = {
  requestId,
  caller: { kind: 'session', session: {} as Session, roles: new Set() } satisfies Caller,
};

const detailsOf = ({ metadata }: RefusalStatus) => {
  const [bytes] = metadata.get('grpc-status-details-bin');
  return RpcStatus.decode(bytes as Buffer);
};

const infoOf = (status: RefusalStatus) =>
  ErrorInfo.decode((detailsOf(status).details[0] as { value: Buffer }).value);

describe('statusOf', () => {
  it.each(Object.keys(reasons) as Reason[])('writes %s by its row', (reason) => {
    const status = statusOf({ reason }, stranger);
    const { grpc, message } = reasonRow(reason);
    expect(status).toMatchObject({ code: grpc, details: message });
    expect(detailsOf(status)).toMatchObject({ code: grpc, message });
    expect(infoOf(status)).toEqual({
      reason: reason.toUpperCase(),
      domain: 'creance.dev',
      metadata: { request_id: requestId },
    });
  });

  // breaks when: detail is written into the status, its details or its metadata
  it('never lets a private detail out', () => {
    const denial: Denial = { reason: 'scope_not_granted', detail: { workload: 'canary-7f3a' } };
    for (const record of [stranger, session]) {
      const { details, metadata } = statusOf(denial, record);
      const bytes = Buffer.from((metadata.get('grpc-status-details-bin')[0] as Buffer) ?? []);
      expect(details + JSON.stringify(metadata.toJSON()) + bytes.toString('latin1')).not.toContain(
        'canary-7f3a',
      );
    }
  });

  it('names a missing scope to the session and to no stranger', () => {
    const denial: Denial = {
      reason: 'scope_not_granted',
      missingScope: 'contacts:export' as Scope,
    };
    expect(infoOf(statusOf(denial, session)).metadata['missing_scope']).toBe('contacts:export');
    expect(infoOf(statusOf(denial, stranger)).metadata).toEqual({ request_id: requestId });
  });

  it('says how long to wait', () => {
    const { details } = detailsOf(
      statusOf({ reason: 'rate_limited', retryAfterMillis: 1_500.2 }, stranger),
    );
    expect(details.map(({ typeUrl }) => typeUrl)).toEqual([
      'type.googleapis.com/google.rpc.ErrorInfo',
      'type.googleapis.com/google.rpc.RetryInfo',
    ]);
    expect(RetryInfo.decode(details[1]?.value as Buffer).retryDelay).toEqual({
      seconds: 1n,
      nanos: 501_000_000,
    });
  });

  it('names faulty fields', () => {
    const fields = [{ field: 'page_size', fault: 'must be at most 200' }];
    const { details } = detailsOf(statusOf({ reason: 'request_malformed', fields }, session));
    expect(BadRequest.decode(details[1]?.value as Buffer).fieldViolations).toEqual([
      { field: 'page_size', description: 'must be at most 200' },
    ]);
  });

  it('hands out a nonce with nonce_required and with nothing else', () => {
    const nonce = () => 'n-1';
    expect(
      statusOf({ reason: 'nonce_required' }, stranger, nonce).metadata.get('dpop-nonce'),
    ).toEqual(['n-1']);
    expect(
      statusOf({ reason: 'proof_missing' }, stranger, nonce).metadata.get('dpop-nonce'),
    ).toEqual([]);
  });
});
