import type { Reason, SessionId } from '@creance/proto';
import type { Denial } from './denial.js';
import type { Instant } from './instant.js';
import { limits } from './limits.js';
import type { MemberKind } from './registry.js';

/** What was noted of a refusal, by name: short, and without bearer material. */
export type RefusalFacts = Readonly<Record<string, string | number>>;

/** Who was refused, as the edge had proved it. */
export interface RefusedCaller {
  readonly session: SessionId;
  readonly kind: MemberKind;
  readonly name: string;
}

/** One refusal as it is kept for operators. */
export interface KeptRefusal {
  readonly requestId: string;
  /** `/package.Service/Method`; of a message of a stream with its kind. */
  readonly method: string;
  readonly at: Instant;
  /** The caller's network, never its address; empty over a unix socket. */
  readonly network: string;
  /** Undefined for strangers, and for the owner of a development broker. */
  readonly caller: RefusedCaller | undefined;
  /** Set where the owner of a development broker made the call, over its unix socket. */
  readonly byDevOwner?: true;
  readonly reason: Reason;
  readonly facts: RefusalFacts;
  /** Undefined when nobody traces. */
  readonly traceId: string | undefined;
}

/**
 * What may be noted of a denial: its detail, its missing scope, its faulty fields. Callers choose some of the
 * words, so that each is cut to `limits.refusalChars`, and what has the form of a token, a proof or a join
 * string is taken out, wherever somebody has put it (law 8).
 */
export function factsOf({ detail, missingScope, fields, retryAfterMillis }: Denial): RefusalFacts {
  const named = Object.entries({
    ...(missingScope !== undefined && { missingScope }),
    ...(fields !== undefined && { fields: fieldsText(fields) }),
    ...(retryAfterMillis !== undefined && { retryAfterMillis: Math.ceil(retryAfterMillis) }),
    ...detail,
  });
  const facts = named
    .slice(0, limits.refusalFacts)
    .map(([name, fact]) => [name, isOwn(name, fact) ? fact : shortened(`${fact}`)] as const);
  return Object.fromEntries(facts);
}

/** Numbers, and thumbprints that the broker has computed: nobody else chooses them. */
function isOwn(name: string, fact: string | number): boolean {
  return typeof fact === 'number' || name === 'key';
}

function fieldsText(fields: NonNullable<Denial['fields']>): string {
  return fields.map(({ field, fault }) => `${field} ${fault}`).join('; ');
}

/** A join string, three parts of base64url, or one as long as a join token. */
const bearer =
  /creance-(?:join|child):[\w:-]+|[\w-]{16,}\.[\w-]{16,}\.[\w-]*|(?<![\w-])[\w-]{32,}(?![\w-])/g;

function shortened(text: string): string {
  const clean = text.replaceAll(bearer, '[taken out]');
  const { refusalChars } = limits;
  return clean.length <= refusalChars ? clean : `${clean.slice(0, refusalChars - 1)}…`;
}
