import { parseChildJoinString, parseJoinString } from '@creance/proto';
import { BrokerClient, type Creance } from './creance.js';
import { configurationError } from './errors/local.js';
import { type EventListener, quietListener } from './events.js';
import { EvidenceSource } from './keys/evidence.js';
import { createKeyFile, type KeyFile, readKeyFile } from './keys/key-file.js';
import { SigningKey } from './keys/signing-key.js';
import { Nonces } from './proof/nonces.js';
import { type Clock, systemClock } from './runtime/clock.js';
import { type Entropy, systemEntropy } from './runtime/entropy.js';
import { type BrokerAddress, parseAddress } from './transport/address.js';
import type { BrokerTransport } from './transport/contract.js';
import { grpcTransport } from './transport/grpc.js';

/** How to reach a broker and who to be there. A join string or a key file is needed. */
export interface ConnectOptions {
  /**
   * A join string. Bearer material: give it from the environment, a file or standard input. With that of a
   * child, as `creance run` gives it, the key file must be there, and the client opens one session: the
   * child. All else is delegated from it.
   */
  readonly join?: string | undefined;
  /**
   * Where the evidence key is kept. Made on first use, mode 0600; when it is there, it is enough by
   * itself. Without it the key lives in memory, and a restart needs another join string.
   */
  readonly keyFile?: string | undefined;
  /** Public origin of the broker, when it has moved since the join string or key file was made. */
  readonly address?: string | undefined;
  /** The issuer that must be meant; anything else is refused. */
  readonly issuer?: string | undefined;
  /**
   * Whether sessions tell the broker what they did, unless they are told otherwise; default true. See
   * `SessionOptions`.
   */
  readonly report?: boolean | undefined;
  /** For tests. */
  readonly clock?: Clock | undefined;
  /** Hears what happens. What it throws is ignored. */
  readonly onEvent?: EventListener | undefined;
}

/** What only tests of the SDK itself replace. */
export interface ConnectParts {
  readonly entropy: Entropy;
  readonly transport: (address: BrokerAddress) => BrokerTransport;
}

/**
 * Prepares a client: reads the key file, or makes a key. Speaks to the broker only when a session is
 * opened. Throws a `ConfigurationError` that names the fix.
 */
export function connect(options: ConnectOptions): Promise<Creance> {
  return connectWith(options, {
    entropy: systemEntropy,
    transport: (address) => grpcTransport(address, systemEntropy),
  });
}

/** @internal `connect` with other parts. */
export async function connectWith(options: ConnectOptions, own: ConnectParts): Promise<Creance> {
  const clock = options.clock ?? systemClock;
  const onEvent = quietListener(options.onEvent);
  const join = parseJoin(options.join);
  const stored = options.keyFile === undefined ? undefined : await readKeyFile(options.keyFile);
  const home = homeOf(options, join, stored);
  const address = parseAddress(options.address ?? home.address);
  if (join?.childJoinToken !== undefined && stored === undefined)
    throw configurationError('child_join_without_key', options.keyFile);
  const made = SigningKey.generate();
  const kept = stored ?? (await keep(options.keyFile, { ...home, key: made }, own.entropy));
  if (options.keyFile === undefined) onEvent({ type: 'key_in_memory', issuer: home.issuer });
  const evidence = new EvidenceSource({
    issuer: home.issuer,
    key: kept.key,
    // Of two processes that start at once, one has made it.
    keyMayBeRegistered: kept.key.thumbprint !== made.thumbprint,
    joinToken: join?.joinToken,
    keyFile: options.keyFile,
    clock,
    entropy: own.entropy,
  });
  const transport = own.transport(address);
  const { entropy } = own;
  const { origin } = address;
  const parts = { transport, origin, clock, entropy, nonces: new Nonces(), onEvent };
  const { report = true } = options;
  return new BrokerClient(home.issuer, parts, evidence, {
    report,
    childJoinToken: join?.childJoinToken,
  });
}

/** A join string of either kind; it has one of the two tokens. */
interface Joining extends Home {
  readonly joinToken?: string;
  readonly childJoinToken?: string;
}

function parseJoin(text: string | undefined): Joining | undefined {
  if (text === undefined) return undefined;
  const join = parseJoinString(text) ?? parseChildJoinString(text);
  if (join === undefined) throw configurationError('join_string_malformed');
  return join;
}

type Home = Omit<KeyFile, 'key'>;

/** The broker that is meant, by the newest statement; all of them must mean the same issuer. */
function homeOf(
  options: ConnectOptions,
  join: Joining | undefined,
  stored: KeyFile | undefined,
): Home {
  const home = join ?? stored;
  if (home === undefined) {
    const { keyFile } = options;
    throw keyFile === undefined
      ? configurationError('nothing_configured')
      : configurationError('key_file_missing', keyFile);
  }
  const issuers = [options.issuer, join?.issuer, stored?.issuer];
  const anchors = [join?.anchor, stored?.anchor];
  if (issuers.some((issuer) => issuer !== undefined && issuer !== home.issuer))
    throw configurationError('issuer_differs');
  // The same name under another anchor is another broker, or somebody who plays it.
  if (anchors.some((anchor) => anchor !== undefined && anchor !== home.anchor))
    throw configurationError('issuer_differs');
  return { issuer: home.issuer, address: home.address, anchor: home.anchor };
}

async function keep(
  keyFile: string | undefined,
  made: KeyFile,
  entropy: Entropy,
): Promise<KeyFile> {
  return keyFile === undefined ? made : createKeyFile(keyFile, made, entropy);
}
