import { errorDocsUrl, errorText, type Reason, reasonDocsUrl, reasonRow } from '@creance/proto';
import { ownerRows, type TroubleRow } from '../trouble-rows.js';

/** Why a verifier cannot even start, where the broker was not asked. */
export type LocalReason =
  | 'join_string_missing'
  | 'join_string_malformed'
  | 'grpc_missing'
  | 'key_file_malformed'
  | 'key_file_unreadable'
  | 'key_file_unwritable'
  | 'key_file_readable_by_others'
  | 'key_file_of_other_broker'
  | 'key_file_of_other_member'
  | 'address_not_allowed'
  | 'not_a_verifier'
  | 'other_resource';

export const joinRows: Readonly<
  Record<LocalReason, { readonly message: string; readonly fix: string }>
> = {
  join_string_missing: {
    message: 'there is no key file yet and no join string',
    fix: 'ask an operator for one (creance join-token create --verifier <resource>), and start once with it as join',
  },
  join_string_malformed: {
    message: 'the join string cannot be read',
    fix: 'copy the whole line that begins with creance-join:v1:, without quotes, spaces or line breaks within',
  },
  grpc_missing: {
    message: 'the package @grpc/grpc-js, which brings the feed, is not installed',
    fix: 'npm install @grpc/grpc-js',
  },
  key_file_unreadable: {
    message: 'the key file cannot be read',
    fix: 'let the user of this process read it (chown, chmod 600), or name another file',
  },
  key_file_unwritable: {
    message: 'the key file cannot be written',
    fix: 'let the user of this process write to its folder, or name another file',
  },
  key_file_malformed: {
    message: 'the key file holds no key of a member',
    fix: 'remove it and join again with a new join string',
  },
  key_file_readable_by_others: {
    message: 'the key file can be read by others',
    fix: 'chmod 600 it; if others may have read it, remove it and join again',
  },
  key_file_of_other_broker: {
    message: 'the key file is for another broker than the join string',
    fix: 'name another key file, or remove this one',
  },
  key_file_of_other_member: {
    message: 'the key file holds the key of another member',
    fix: 'delete it and join by a string made by creance join-token create --verifier <resource>, or name another file',
  },
  address_not_allowed: {
    message: 'the address of the broker is not https, nor http on loopback',
    fix: 'use https://host:port and give the broker a TLS certificate; http:// only for a loopback host',
  },
  not_a_verifier: {
    message: 'the join string is not for a verifier',
    fix: 'ask for one made by creance join-token create --verifier <resource>; no key of this join was kept',
  },
  other_resource: {
    message: 'the join string is for another resource',
    fix: 'ask for one made by creance join-token create --verifier <this resource>, or correct the option resource',
  },
};

/** What a JoinError is about. Never a secret. */
export interface JoinFacts {
  /** The file, address or resource. */
  readonly at?: string | undefined;
  readonly presented?: string | undefined;
  readonly missing?: string | undefined;
  readonly requestId?: string | undefined;
}

/**
 * A verifier that cannot join: the broker refuses it for good, or something here is wrong. For the owner of
 * the resource, so its message says all there is: code, what happened, what was presented, the fix.
 */
export class JoinError extends Error {
  override readonly name = 'JoinError';
  /** Stable name. */
  readonly reason: Reason | LocalReason;
  /** The stable name as an error code: `CREANCE_JOIN_TOKEN_USED`. */
  readonly code: string;
  /** Always false: trying again as before cannot help. */
  readonly retryable = false;
  /** What to do. */
  readonly hint: string;
  /** The page that explains the code. */
  readonly docsUrl: string;
  /** Names the call in the broker's log; undefined where the broker was not asked. */
  readonly requestId: string | undefined;

  constructor(reason: Reason | LocalReason, facts: JoinFacts = {}) {
    const local = isLocal(reason);
    const { what, fix } = rowOf(reason);
    const code = `CREANCE_${reason.toUpperCase()}`;
    super(errorText({ ...facts, code, what, fix, request: facts.requestId }));
    this.reason = reason;
    this.code = code;
    this.hint = fix;
    this.docsUrl = local ? errorDocsUrl('verifier', reason) : reasonDocsUrl(reason);
    this.requestId = facts.requestId;
  }
}

function rowOf(reason: Reason | LocalReason): TroubleRow {
  const own = isLocal(reason) ? undefined : ownerRows[reason];
  if (own !== undefined) return own;
  const { message: what, fix } = isLocal(reason) ? joinRows[reason] : reasonRow(reason);
  return { what, fix };
}

function isLocal(reason: Reason | LocalReason): reason is LocalReason {
  return Object.hasOwn(joinRows, reason);
}
