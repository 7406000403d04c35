import { handleFromBytes } from '@creance/proto';
import type { ListVerifiersResponse } from '@creance/proto/wire';
import type { Answering } from '../../rpc/health-client.js';
import { type Finding, failure, fine, warning } from './verdict.js';

/** How an address is taken: not at all, or by whom; else the system's code. */
export type ListenFacts = 'free' | Answering | { readonly code: string };

const notOwn = 'stop what listens there, or listen elsewhere with --listen';

/** Whether a broker could listen there, or does. */
export function listenFinding(listen: string, facts: ListenFacts): Finding {
  const check = 'listen';
  switch (facts) {
    case 'free':
      return fine(check, `${listen} is free`);
    case 'serving':
      return fine(check, `a broker answers at ${listen}`);
    case 'not_serving':
      return warning(check, `a broker at ${listen} does not serve`, 'look at its log');
    case 'other':
      return failure(check, `something else than a broker listens at ${listen}`, notOwn);
    default:
      return failure(
        check,
        `nothing can listen at ${listen}: ${facts.code}`,
        fixes[facts.code] ?? notOwn,
      );
  }
}

/** Whether the HTTP door could listen there, by the system's code; asked only where no broker runs that has it. */
export function httpListenFinding(at: string, code: string | undefined): Finding {
  const check = 'http listen';
  if (code === undefined) return fine(check, `${at} is free`);
  const elsewhere = 'stop what listens there, or name another place, or none, with --http-listen';
  const found = code === 'EADDRINUSE' ? `${at} is taken` : `nothing can listen at ${at}: ${code}`;
  return failure(check, found, elsewhere);
}

const fixes: Readonly<Record<string, string>> = {
  EACCES: 'listen at a port from 1024 on, or let the broker have the lower one',
  EADDRNOTAVAIL: 'name an address of this machine with --listen',
  ENOTFOUND: 'name an address of this machine with --listen',
};

/** What a broker has said to an operator, and when by our clock; in words why it has not. */
export type BrokerFacts =
  | { readonly said: 'not_running' }
  | { readonly said: 'no_operator' }
  | { readonly said: 'refused'; readonly why: string }
  /** Whoever asked is known to it, and is no operator. */
  | { readonly said: 'wrong_kind' }
  | {
      readonly said: 'answer';
      readonly verifiers: ListVerifiersResponse['verifiers'];
      /** What each of them has to enforce: the head a moment before. */
      readonly revision: bigint;
      /** The broker's clock less ours, and by how much that may be wrong. Milliseconds. */
      readonly offsetMillis: number;
      readonly errorMillis: number;
      /** By how much the wall clock of the broker's machine has stepped, so that it issues nothing; 0 when not. */
      readonly unsafeMillis: number;
      /** Differences between the file and the version in force; undefined when the file cannot be compared. */
      readonly drift: { readonly version: bigint; readonly changes: number } | string | undefined;
    };

const start = 'start it with creance serve, or creance dev';
const asOperator =
  'set CREANCE_KEY_FILE or --key-file to the key of an operator with the role viewer';
const beOperator = `unset CREANCE_KEY_FILE and CREANCE_JOIN, which makes you the owner of a development broker; or ${asOperator}`;

/** The facts of a broker that has answered, or of one that nobody could ask. */
type Askable = Exclude<BrokerFacts, { readonly said: 'refused' | 'wrong_kind' }>;

/** What stands instead of a check that needs a running broker; undefined when it has answered. */
function silentFinding(check: string, facts: Askable): Finding | undefined {
  if (facts.said === 'not_running') return warning(check, 'the broker is not running', start);
  return facts.said === 'no_operator'
    ? warning(check, 'no operator asks here', asOperator)
    : undefined;
}

/** What a running broker says of itself; where it refuses, that alone, and once. */
export function brokerFindings(facts: BrokerFacts): readonly Finding[] {
  if (facts.said === 'refused') return [warning('operator', facts.why, asOperator)];
  if (facts.said === 'wrong_kind') {
    const found = 'the key here is of a workload or a service, and the broker answers operators';
    return [warning('operator', found, beOperator)];
  }
  return [driftFinding(facts), clockFinding(facts), verifiersFinding(facts)];
}

/** Milliseconds between two clocks at which somebody should look, and at which it must be set right. */
const offsetLow = 1_000;
const offsetMost = 5_000;

/** Whether this machine and the broker mean the same time. */
export function clockFinding(facts: Askable): Finding {
  const check = 'clock';
  const silent = silentFinding(check, facts);
  if (facts.said !== 'answer') return silent as Finding;
  const { offsetMillis, errorMillis, unsafeMillis } = facts;
  if (unsafeMillis !== 0) {
    const found = `clock_unsafe: the clock of the broker's machine is ${Math.round(Math.abs(unsafeMillis) / 1_000)} s ${unsafeMillis < 0 ? 'behind' : 'ahead'}, and nothing is issued`;
    return failure(check, found, 'set it right, or restart the broker where the new time is right');
  }
  const off = Math.abs(offsetMillis) - errorMillis;
  const found = `the broker's is ${Math.round(Math.abs(offsetMillis))} ms ${offsetMillis < 0 ? 'behind' : 'ahead'}`;
  const fix = 'let both machines keep time by NTP';
  if (off >= offsetMost) return failure(check, found, fix);
  return off >= offsetLow ? warning(check, found, fix) : fine(check, found);
}

/** Whether every verifier enforces what was cut. */
export function verifiersFinding(facts: Askable): Finding {
  const check = 'verifiers';
  const silent = silentFinding(check, facts);
  if (facts.said !== 'answer') return silent as Finding;
  const { verifiers, revision } = facts;
  if (verifiers.length === 0) {
    const fix = 'creance join-token create --verifier NAME, and start it';
    return warning(check, 'none is subscribed: nobody enforces a cut', fix);
  }
  const behind = verifiers.filter(({ acknowledgedRevision }) => acknowledgedRevision < revision);
  if (behind.length === 0) return fine(check, `${verifiers.length} enforce revision ${revision}`);
  const names = behind.map(({ resource, sessionId, acknowledgedRevision }) => {
    const millis = (revision - acknowledgedRevision) / 1_000n;
    const lag = acknowledgedRevision === 0n ? 'never acknowledged' : `${millis} ms behind`;
    return `${resource} ${handleFromBytes(sessionId) ?? ''} (${lag})`;
  });
  const fix = 'look at their logs and at the network between; creance verifier ls follows them';
  return warning(check, `behind revision ${revision}: ${names.join(', ')}`, fix);
}

/** Whether the file is what is in force. */
export function driftFinding(facts: Askable): Finding {
  const check = 'version in force';
  const silent = silentFinding(check, facts);
  if (facts.said !== 'answer') return silent as Finding;
  const { drift } = facts;
  if (drift === undefined) return warning(check, 'the file has faults', 'correct the file');
  if (typeof drift === 'string') return warning(check, drift, asOperator);
  const { version, changes } = drift;
  if (changes === 0) return fine(check, `version ${version}, as the file says`);
  const found = `version ${version} differs from the file in ${changes} places`;
  return warning(check, found, 'creance plan shows how; creance apply puts the file in force');
}
