import {
  bytesOfHandle,
  type Handle,
  handleChars,
  parseHandle,
  parseSessionId,
  parseThumbprint,
  type Thumbprint,
} from '@creance/proto';
import type { CutRequest } from '@creance/proto/wire';
import { CommandFailed } from './output.js';

/** What to cut, as the flags name it: exactly one. */
export interface CutTargetFlags {
  readonly session?: string;
  readonly workload?: string;
  readonly owner?: string;
  /** `issuer#subject`. */
  readonly principal?: string;
  /** `issuer#session id there`. */
  readonly upstream?: string;
  /** Thumbprint of an evidence key, or the handle of a join token. */
  readonly evidence?: string;
  /** `kid` of a token key. */
  readonly key?: string;
  /** A revision, or `now`. */
  readonly before?: string;
}

type WireTarget = NonNullable<CutRequest['target']>;

/** A target of OperatorService.Cut, or a token key, which is cut by another call. */
export type CutTarget =
  | { readonly kind: 'wire'; readonly target: WireTarget }
  | { readonly kind: 'token-key'; readonly keyId: Thumbprint };

const readers: { readonly [Flag in keyof Required<CutTargetFlags>]: (text: string) => CutTarget } =
  {
    session: (text) => wire({ $case: 'sessionId', value: sessionBytes(text) }),
    workload: (name) => wire({ $case: 'workload', value: name }),
    owner: (name) => wire({ $case: 'owner', value: name }),
    principal: (text) => {
      const { issuer, id } = atProvider('--principal', text);
      return wire({ $case: 'principal', value: { issuer, subject: id, sessionId: '' } });
    },
    upstream: (text) => {
      const { issuer, id } = atProvider('--upstream', text);
      return wire({ $case: 'upstream', value: { issuer, subject: '', sessionId: id } });
    },
    evidence: (text) => wire(evidenceOf(text)),
    key: (text) => ({ kind: 'token-key', keyId: tokenKeyId(text) }),
    before: (text) => wire({ $case: 'beforeRevision', value: revisionOf(text) }),
  };

const flagNames = Object.keys(readers) as (keyof CutTargetFlags)[];

/** Reads the one target that the flags name; fails when there are none or several. */
export function cutTargetOf(flags: CutTargetFlags): CutTarget {
  const [name, second] = flagNames.filter((flag) => flags[flag] !== undefined);
  const text = name && flags[name];
  if (name !== undefined && text !== undefined && second === undefined) return readers[name](text);
  const names = flagNames.map((flag) => `--${flag}`).join(', ');
  throw new CommandFailed(`name exactly one of ${names}`, 2);
}

/** The bytes of a session id as people write it. */
export function sessionBytes(text: string): Buffer {
  const id = parseSessionId(text);
  if (id !== undefined) return handleBuffer(id);
  throw new CommandFailed('a session id has 22 characters — fix: see creance session ls', 2);
}

/** The `kid` of a token key as people write it. */
export function tokenKeyId(text: string): Thumbprint {
  const keyId = parseThumbprint(text);
  if (keyId !== undefined) return keyId;
  throw new CommandFailed('a token key has 43 characters — fix: see creance keys ls', 2);
}

function wire(target: WireTarget): CutTarget {
  return { kind: 'wire', target };
}

function handleBuffer(handle: Handle): Buffer {
  return Buffer.from(bytesOfHandle(handle));
}

/** An issuer has no fragment, so that the first `#` ends it; what follows may hold any character. */
function atProvider(flag: string, text: string): { readonly issuer: string; readonly id: string } {
  const at = text.indexOf('#');
  const [issuer, id] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  if (issuer !== '' && id !== '') return { issuer, id };
  throw new CommandFailed(`${flag} takes issuer#id — fix: ${flag} 'https://id.example#alice'`, 2);
}

function evidenceOf(text: string): WireTarget {
  const [key, handle] = [parseThumbprint(text), parseHandle(text)];
  if (key !== undefined) return { $case: 'evidenceKey', value: key };
  if (handle !== undefined) return { $case: 'evidenceIssuer', value: handleBuffer(handle) };
  throw new CommandFailed(
    `--evidence takes the 43 characters of an evidence key or the ${handleChars} of a join token's handle — fix: see the audit record session_opened or join_token_created`,
    2,
  );
}

function revisionOf(text: string): bigint {
  if (text === 'now') return 0n;
  if (/^[1-9]\d{0,15}$/.test(text)) return BigInt(text);
  throw new CommandFailed('--before takes a revision, or now', 2);
}
