import { handleFromBytes } from '@creance/proto';
import { type BrokerEvent, SessionKind } from '@creance/proto/wire';
import { count } from './confirm.js';
import { instantText, printable } from './output.js';

/** Characters of a reason or of evidence on one line; JSON has all of it. */
const wordsMost = 160;

/** An event as one line for people: when, what, of whom, and why. Nothing in it reaches the terminal unescaped. */
export function eventLine(event: BrokerEvent): string {
  const { word, words } = told(event);
  const time = instantText(event.atUnixMicros);
  const whose = whoseOf(event).filter((each) => each !== '');
  const id = idOf(event.sessionId);
  // A cut of a session names it already: a line has little room.
  const session = words.startsWith(`session ${id},`) ? '' : id;
  const parts = [time, word.padEnd(11), ...whose, session && `session ${session}`, words];
  return printable(parts.filter((part) => part !== '').join('  '));
}

/** The workload with its owner; of the broker's own members the name with what they are. */
function whoseOf({ workload, owner, what }: BrokerEvent): readonly string[] {
  if (workload !== '' || what?.$case !== 'sessionOpened') return [workload, owner && `(${owner})`];
  const { name, kind } = what.value;
  return [name, `(${memberWords[kind] ?? 'unknown'})`];
}

/** An event as programs read it: plain values alone. */
export function eventValue(event: BrokerEvent): unknown {
  const { number, atUnixMicros, cause, workload, owner, sessionId, rootId, what } = event;
  const text = JSON.stringify(
    {
      ...ownFacts(what),
      number,
      at: instantText(atUnixMicros),
      kind: what && kindWords[what.$case],
      ...(cause && { cause }),
      ...(workload && { workload }),
      ...(owner && { owner }),
      ...(sessionId.length > 0 && { session: idOf(sessionId) }),
      ...(rootId.length > 0 && { root: idOf(rootId) }),
    },
    plain,
  );
  return JSON.parse(text);
}

/** What sort of member was opened has the name that the kind of the event would take. */
function ownFacts(what: BrokerEvent['what']): object {
  if (what?.$case !== 'sessionOpened') return what?.value ?? {};
  const { kind, ...rest } = what.value;
  return { ...rest, member: memberWords[kind] };
}

const memberWords: Readonly<Record<SessionKind, string | undefined>> = {
  [SessionKind.SESSION_KIND_UNSPECIFIED]: undefined,
  [SessionKind.SESSION_KIND_WORKLOAD]: 'workload',
  [SessionKind.SESSION_KIND_VERIFIER]: 'verifier',
  [SessionKind.SESSION_KIND_OPERATOR]: 'operator',
};

type Case = NonNullable<BrokerEvent['what']>['$case'];

const kindWords: Readonly<Record<Case, string>> = {
  sessionOpened: 'session_opened',
  sessionEnded: 'session_ended',
  signal: 'signal',
  held: 'held',
  resumed: 'resumed',
  cut: 'cut',
  enforced: 'enforced',
  enforcedByAll: 'enforced_by_all',
  manifestApplied: 'manifest_applied',
  keyCompromised: 'key_compromised',
  gap: 'gap',
};

/** Numbers of 64 bits as JSON has them where they fit; ids as text; what is no event's own is left out. */
function plain(this: unknown, name: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : value.toString();
  }
  const before = (this as Record<string, unknown> | null)?.[name];
  if (before instanceof Uint8Array) return before.length === 0 ? undefined : idOf(before);
  return value;
}

function idOf(bytes: Uint8Array): string {
  return handleFromBytes(bytes) ?? '';
}

function told({ what }: BrokerEvent): { readonly word: string; readonly words: string } {
  if (what === undefined) return { word: 'unknown', words: 'this creance is too old to read it' };
  switch (what.$case) {
    case 'sessionOpened': {
      const { parentId } = what.value;
      const below = parentId.length === 0 ? 'a root' : `below ${idOf(parentId)}`;
      return { word: 'opened', words: below };
    }
    case 'sessionEnded': {
      const { expired, sessionsEnded } = what.value;
      const how = expired ? 'its time was up' : 'in order';
      return { word: 'ended', words: `${how}, ${count(sessionsEnded, 'session')}` };
    }
    case 'signal': {
      const { signal, risk, evidence, response } = what.value;
      const words = `${signal}, risk ${risk.toFixed(2)}: ${short(evidence)} -> ${response}`;
      return { word: 'SIGNAL', words };
    }
    case 'held': {
      const { cause, author, reason, sessionsHeld, revision } = what.value;
      const much = `${count(sessionsHeld, 'session')} held for ${cause} at ${revision}`;
      return { word: 'HELD', words: `${much} by ${author}: ${short(reason)}` };
    }
    case 'resumed': {
      const { author, reason, sessionsResumed } = what.value;
      const much = count(sessionsResumed, 'session');
      return { word: 'resumed', words: `${much} by ${author}: ${short(reason)}` };
    }
    case 'cut': {
      const { of, name, author, reason, sessionsEnded, revision } = what.value;
      const much = `${count(sessionsEnded, 'session')} ended at ${revision}`;
      return { word: 'CUT', words: `${of} ${name}, ${much} by ${author}: ${short(reason)}` };
    }
    case 'enforced': {
      const { resource, revision, millis } = what.value;
      return {
        word: 'enforced',
        words: `${resource} enforces ${revision}, ${millis} ms after its commit`,
      };
    }
    case 'enforcedByAll': {
      const { verifiers, revision, millis } = what.value;
      const all = `${count(verifiers, 'verifier')}: all enforce ${revision}, ${millis} ms after its commit`;
      return { word: 'enforced', words: all };
    }
    case 'manifestApplied': {
      const { version, author, reason, sessionsEnded } = what.value;
      const much = `version ${version}, ${count(sessionsEnded, 'session')} ended`;
      return { word: 'manifest', words: `${much}, by ${author}: ${short(reason)}` };
    }
    case 'keyCompromised': {
      const { keyIds, author, reason } = what.value;
      return { word: 'KEY', words: `${keyIds.join(', ')} cut by ${author}: ${short(reason)}` };
    }
    case 'gap':
      return { word: 'GAP', words: 'events are missing here: they are not kept any more' };
  }
}

function short(text: string): string {
  return text.length <= wordsMost ? text : `${text.slice(0, wordsMost)}…`;
}
