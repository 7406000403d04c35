import { errorOfReason } from './classes.js';
import {
  ConfigurationError,
  CreanceError,
  RequestRefusedError,
  type SessionEndedError,
} from './creance-error.js';

/** One error of the SDK's own. */
export interface LocalRow {
  readonly what: string;
  readonly hint: string;
}

const join = 'ask an operator for a join string and give it as CREANCE_JOIN or as join';

/** Why the configuration cannot work. */
export type ConfigurationFault =
  | 'nothing_configured'
  | 'join_string_malformed'
  | 'address_not_allowed'
  | 'issuer_differs'
  | 'child_join_without_key'
  | 'join_given_twice'
  | 'join_descriptor_unreadable'
  | 'join_descriptor_used'
  | 'key_file_missing'
  | 'key_file_unreadable'
  | 'key_file_unwritable'
  | 'key_file_too_open'
  | 'key_file_malformed'
  | 'key_file_of_other_member'
  | 'client_closed'
  | 'audience_malformed'
  | 'action_malformed'
  | 'method_malformed'
  | 'workload_malformed';

/** Why a request is not sent. */
export type RequestFault = 'url_not_allowed' | 'plain_http' | 'redirect_follow' | 'header_reserved';

/** What cannot work as it is configured. */
export const configurationRows: Readonly<Record<ConfigurationFault, LocalRow>> = {
  nothing_configured: {
    what: 'no join string and no key file is set',
    hint: `${join}, or name the key file of an earlier start as CREANCE_KEY_FILE or as keyFile`,
  },
  join_string_malformed: {
    what: 'the join string cannot be read',
    hint: `copy it whole: one line from creance-join:v1: on, no quotes, spaces or line breaks within; or ${join}`,
  },
  address_not_allowed: {
    what: 'the address of the broker is no origin that may be used',
    hint: 'use https://host:port; http:// only for a loopback host',
  },
  issuer_differs: {
    what: 'the join string, the key file and the options name different issuers',
    hint: 'use one broker: another key file for another broker, or correct the issuer',
  },
  child_join_without_key: {
    what: 'a child join string needs a key that is registered already',
    hint: 'give the key file of the workload as CREANCE_KEY_FILE, or run it by creance run',
  },
  join_given_twice: {
    what: 'CREANCE_JOIN and CREANCE_JOIN_FD are both set',
    hint: 'set one of them',
  },
  join_descriptor_unreadable: {
    what: 'there is no join string on the descriptor of CREANCE_JOIN_FD',
    hint: 'pass it on to this process, or unset the variable',
  },
  join_descriptor_used: {
    what: 'the join string of CREANCE_JOIN_FD has been read by this process already',
    hint: 'connect once, and share the client',
  },
  key_file_missing: { what: 'there is no key file and no join string', hint: join },
  key_file_unreadable: {
    what: 'the key file cannot be read',
    hint: 'let the user of this process read it (chown, chmod 600), or name another file',
  },
  key_file_unwritable: {
    what: 'the key file cannot be written',
    hint: 'let the user of this process write to the folder, or name another file',
  },
  key_file_too_open: {
    what: 'others than the user of this process own the key file or may read it',
    hint: 'chmod 600 it, owned by that user; if others may have read it, remove it and join again',
  },
  key_file_malformed: {
    what: 'the key file holds no evidence key',
    hint: 'remove it and join again with a new join string',
  },
  key_file_of_other_member: {
    what: 'the key file holds the key of another member',
    hint: 'delete it and join by a string made by creance join-token create --workload <name>, or name another file',
  },
  client_closed: { what: 'the client is closed', hint: 'call connect again' },
  audience_malformed: {
    what: 'the audience is empty or longer than 256 characters',
    hint: 'name the audience of the resource as it is registered',
  },
  action_malformed: {
    what: 'the action has no name, or its outcome is neither allowed nor refused',
    hint: 'name it by a route template or a registered name',
  },
  method_malformed: { what: 'the method path cannot be read', hint: 'use /package.Service/Method' },
  workload_malformed: {
    what: 'the name of the workload is empty or longer than 64 characters',
    hint: 'name the workload as it is registered',
  },
};

/** What is not sent. */
export const requestRows: Readonly<Record<RequestFault, LocalRow>> = {
  url_not_allowed: {
    what: 'the URL is no absolute http or https URL without user and password',
    hint: 'give the full URL of the resource',
  },
  plain_http: {
    what: 'a token may not go over plain http to another machine',
    hint: 'use https',
  },
  redirect_follow: {
    what: 'a token may not follow a redirect',
    hint: "leave redirect out, or set it to 'manual' or 'error', and call again with the new URL",
  },
  header_reserved: {
    what: 'the request brings an Authorization, DPoP or Creance-Action header of its own',
    hint: 'leave it out: the session sets them',
  },
};

function codeOf(fault: string): string {
  return `CREANCE_${fault.toUpperCase()}`;
}

/** The error of a faulty configuration; `subject` names the setting or file, never its content. */
export function configurationError(
  fault: ConfigurationFault,
  subject?: string,
  presented?: string,
): ConfigurationError {
  const row = configurationRows[fault];
  const code = codeOf(fault);
  return new ConfigurationError({ ...row, code, retryable: false, subject, presented });
}

/** The error of a request that is not sent. */
export function requestRefused(fault: RequestFault): RequestRefusedError {
  return new RequestRefusedError({ ...requestRows[fault], code: codeOf(fault), retryable: false });
}

/** The error of something that the broker would refuse for this reason: found before asking. */
export function refusedBeforehand(
  reason:
    | 'scope_malformed'
    | 'lifetime_not_allowed'
    | 'task_malformed'
    | 'upstream_malformed'
    | 'child_join_token_unknown'
    | 'child_join_token_used'
    | 'rekey_needs_evidence'
    | 'session_suspended',
): CreanceError {
  return errorOfReason(reason);
}

/** The end of a session that its own process closed. */
export function sessionClosed(): SessionEndedError {
  return errorOfReason('session_ended');
}

/** A reply that no honest broker of this version sends. */
export function replyMalformed(): CreanceError {
  return new CreanceError({
    code: 'CREANCE_REPLY_MALFORMED',
    what: 'the reply of the broker cannot be read',
    hint: 'check the address of the broker, or update this package',
    retryable: false,
  });
}
