import { type Reason, reasonRow } from '@creance/proto';

/** Why a verifier cannot even start, where the broker was not asked. */
export type LocalReason =
  | 'join_string_missing'
  | 'join_string_malformed'
  | 'key_file_malformed'
  | 'key_file_readable_by_others'
  | 'key_file_of_other_broker'
  | 'address_not_allowed'
  | 'not_a_verifier'
  | 'other_resource';

const rows: Readonly<Record<LocalReason, { readonly message: string; readonly fix: string }>> = {
  join_string_missing: {
    message: 'there is no key file yet and no join string',
    fix: 'ask an operator for a join string, and start once with it',
  },
  join_string_malformed: {
    message: 'the join string cannot be read',
    fix: 'copy the whole line that begins with creance-join:v1:',
  },
  key_file_malformed: {
    message: 'the key file cannot be read',
    fix: 'remove it and join again with a new join string',
  },
  key_file_readable_by_others: {
    message: 'the key file can be read by others',
    fix: 'set its mode to 0600; if others may have read it, join again with a new key file',
  },
  key_file_of_other_broker: {
    message: 'the key file is for another broker than the join string',
    fix: 'name another key file, or remove this one',
  },
  address_not_allowed: {
    message: 'the address of the broker is not https, nor http on loopback',
    fix: 'give the broker a TLS certificate',
  },
  not_a_verifier: {
    message: 'the join string is not for a verifier',
    fix: 'ask for a join string of kind verifier with the name of the resource',
  },
  other_resource: {
    message: 'the join string is for another resource',
    fix: 'ask for a join string of this resource',
  },
};

/** A verifier that cannot join: the broker refuses it for good, or something here is wrong. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
  /** Stable name. */
  readonly reason: Reason | LocalReason;
  /** The stable name as an error code: `CREANCE_JOIN_TOKEN_USED`. */
  readonly code: string;
  /** What to do. */
  readonly fix: string;

  constructor(reason: Reason | LocalReason) {
    const { message, fix } = isLocal(reason) ? rows[reason] : reasonRow(reason);
    super(`${message}: ${fix}`);
    this.reason = reason;
    this.code = `CREANCE_${reason.toUpperCase()}`;
    this.fix = fix;
  }
}

function isLocal(reason: Reason | LocalReason): reason is LocalReason {
  return Object.hasOwn(rows, reason);
}
