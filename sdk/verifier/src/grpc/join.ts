import { type JoinString, parseJoinString, reasonRow } from '@creance/proto';
import { Frame, Settings } from '@creance/proto/wire';
import { type OnEvent, safely } from '../events.js';
import { Feed } from '../feed.js';
import { verifierLimits } from '../limits.js';
import { Reporter } from '../reports/reporter.js';
import { type Clock, systemClock } from '../runtime/clock.js';
import { type Entropy, systemEntropy } from '../runtime/entropy.js';
import { createVerifier, type Verifier, type VerifierOptions } from '../verifier.js';
import { parseAddress } from './address.js';
import { atMost } from './at-most.js';
import { newEcKey } from './ec-key.js';
import { JoinError } from './join-error.js';
import { KeepCurrent } from './keep-current.js';
import { createKeyFile, dropKeyFile, type Membership, readKeyFile } from './key-file.js';
import { Line } from './line.js';
import { type BrokerRefusal, disconnectedBy } from './refusal.js';
import { ReportLine } from './report-line.js';
import { openSession } from './session.js';
import { warnOfTrouble } from './warn.js';

/** How a resource joins its broker and verifies. */
export interface JoinOptions extends Omit<VerifierOptions, 'feed' | 'reports'> {
  /** The join string of the first contact. Later starts need none. */
  readonly join?: string | undefined;
  /** Where the registered key is kept: a file for its owner alone, made on first contact. */
  readonly keyFile: string;
  /** Registered name of the resource; a join string for another one is refused. */
  readonly resource?: string | undefined;
  /** Certificates in PEM form to trust instead of the machine's. */
  readonly rootCertificates?: Uint8Array | undefined;
  readonly clock?: Clock | undefined;
}

/** Milliseconds that the broker has to take the last report. */
const lastReportMillis = 1_000;

interface Enrolled {
  readonly membership: Membership;
  readonly joinToken: string | undefined;
  readonly isNewKey: boolean;
}

/** `joinVerifier`, once gRPC is known to be there. */
export async function joinBroker(options: JoinOptions): Promise<Verifier> {
  const clock = options.clock ?? systemClock;
  const entropy = options.entropy ?? systemEntropy;
  const onEvent = safely(options.onEvent ?? warnOfTrouble(clock));
  const enrolled = await enrol(options, entropy);
  const { issuer, anchor, address: url } = enrolled.membership;
  const address = parseAddress(url);
  const { resource, keyFile, maxStaleSeconds, limits } = options;
  const feed = new Feed({
    issuer,
    anchor,
    resource,
    clock,
    decoders: {
      frame: (bytes) => Frame.decode(bytes),
      settings: (bytes) => Settings.decode(bytes),
    },
    viewEntriesMax: limits?.viewEntriesMax,
  });
  const reports = new ReportLine();
  const reporter = new Reporter({
    send: (report) => reports.send(report),
    destinationKey: () => feed.settings?.destinationKey,
    primitives: feed.primitives,
    clock,
    entropy,
    limits: { ...verifierLimits, ...limits },
    onEvent,
  });
  const verifier = createVerifier({ ...options, feed, reports: reporter, entropy, onEvent });
  const line = new Line(address, options.rootCertificates, clock);
  const session = { ...enrolled, keyFile, line, address, resource, clock, entropy };
  const current = new KeepCurrent({
    line,
    feed,
    session,
    reports,
    onProofsWanted: (hashes) => reporter.want(hashes),
    maxStaleSeconds,
    clock,
    entropy,
    onEvent,
  });
  try {
    current.start(await firstContact(session, onEvent));
  } catch (fault) {
    await verifier.close();
    await current.close();
    // The broker has said no for good, or knows the key as another member's.
    if (enrolled.isNewKey) await dropKeyFile(keyFile, enrolled.membership);
    throw fault;
  }
  return closingAll(verifier, async () => {
    await atMost(clock, lastReportMillis, reporter.close());
    await current.close();
  });
}

async function firstContact(
  session: Parameters<typeof openSession>[0],
  onEvent: OnEvent,
): Promise<Parameters<KeepCurrent['start']>[0]> {
  const opened = await openSession(session);
  if (opened.ok) return opened.value;
  const { error } = opened;
  if (isFinal(error)) {
    const at = session.address.origin;
    throw new JoinError(error.reason, { at, requestId: error.requestId });
  }
  onEvent(disconnectedBy(error));
  return undefined;
}

/** Whether trying again as before cannot help. */
function isFinal(
  refusal: BrokerRefusal,
): refusal is BrokerRefusal & { reason: NonNullable<BrokerRefusal['reason']> } {
  const { reason } = refusal;
  return reason !== undefined && reason !== 'internal' && !reasonRow(reason).retryable;
}

async function enrol(options: JoinOptions, entropy: Entropy): Promise<Enrolled> {
  const join = options.join === undefined ? undefined : parseJoin(options.join);
  const kept = await readKeyFile(options.keyFile);
  if (kept !== undefined) {
    const { keyFile } = options;
    return {
      membership: movedTo(kept, join, keyFile),
      joinToken: join?.joinToken,
      isNewKey: false,
    };
  }
  if (join === undefined) throw new JoinError('join_string_missing', { at: options.keyFile });
  parseAddress(join.address);
  const { issuer, address, anchor, joinToken } = join;
  const evidenceKey = newEcKey();
  const fresh = { issuer, address, anchor, evidenceKey };
  // Before the join token is redeemed: a key that is lost afterwards would take the token with it.
  const membership = await createKeyFile(options.keyFile, fresh, entropy);
  return { membership, joinToken, isNewKey: membership === fresh };
}

function parseJoin(text: string): JoinString {
  const join = parseJoinString(text);
  if (join === undefined) throw new JoinError('join_string_malformed');
  return join;
}

/** A join string beside a key file may say where the broker is now, not who it is. */
function movedTo(kept: Membership, join: JoinString | undefined, keyFile: string): Membership {
  if (join === undefined) return kept;
  if (join.issuer !== kept.issuer || join.anchor !== kept.anchor) {
    throw new JoinError('key_file_of_other_broker', { at: keyFile });
  }
  return { ...kept, address: join.address };
}

function closingAll(verifier: Verifier, close: () => Promise<void>): Verifier {
  return {
    verify: (request, options) => verifier.verify(request, options),
    verifyCall: (call, options) => verifier.verifyCall(call, options),
    ready: () => verifier.ready(),
    status: () => verifier.status(),
    async close() {
      await verifier.close();
      await close();
    },
  };
}
