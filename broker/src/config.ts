import { readFileSync } from 'node:fs';
import { isIPv4 } from 'node:net';
import { resolve } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import type { TlsOfFiles } from './certificates.js';
import type { NetworkSources } from './detect/live/networks.js';
import { limits } from './domain/limits.js';
import { httpListenOf, type ListenPlace, parseListen } from './http-listen.js';
import { type NetworkFiles, readNetworks } from './network-sources.js';
import type { SettingName } from './settings/table.js';
import { configurationFault, type StartFault } from './start-fault.js';

/** Bytes of a megabyte, as all bounds here count them. */
const megabyte = 1_048_576;

/** How a broker is started, as flags say it. */
export interface BrokerFlags extends NetworkFiles {
  readonly dev: boolean;
  readonly manifest: string;
  readonly data: string;
  /** `host:port`; port 0 takes a free one. */
  readonly listen: string;
  /** `host:port` of the HTTP door, or `none`; undefined: beside the other, port 7421. */
  readonly httpListen?: string | undefined;
  /** Origin under which clients reach it; undefined: what it listens on, on loopback only. */
  readonly publicOrigin: string | undefined;
  readonly tlsCertificate: string | undefined;
  readonly tlsKey: string | undefined;
  /** Whether the data were put back from a backup: then everything from before is ended first. */
  readonly restored: boolean;
  /** Whether to start without the store, for cuts alone. */
  readonly cutOnly?: boolean;
  /** Megabytes of the history of judged actions; with 0 none is written. */
  readonly historyMegabytes: number;
  /** Whether the manifest's file comes into force though the store keeps another one. */
  readonly takeManifest?: boolean;
}

/** The same, checked: files are read, paths absolute, and what is left out is decided. */
export interface BrokerConfig {
  readonly dev: boolean;
  readonly manifest: string;
  readonly data: string;
  readonly listen: ListenPlace;
  /** Undefined when there is no HTTP door. */
  readonly httpListen: ListenPlace | undefined;
  readonly publicOrigin: string | undefined;
  readonly tls: TlsOfFiles | undefined;
  readonly loopbackOnly: boolean;
  readonly restored: boolean;
  readonly historyBytes: number;
  readonly takeManifest: boolean;
  readonly networks: NetworkSources;
}

/** Notes a fault of a setting: its code, what is wrong, and the fix. */
export type NoteFault = (code: string, line: string, fix: string, of?: SettingName) => void;

/**
 * Checks the flags and gives every fault at once. `originOf` names who has said something: a variable or
 * a line of a file is named with the fault, since the fix speaks of flags.
 */
export function readConfig(
  flags: BrokerFlags,
  originOf?: (name: SettingName) => string,
): Result<BrokerConfig, readonly StartFault[]> {
  const faults: StartFault[] = [];
  const note: NoteFault = (code, line, fix, of) => {
    const origin = (of && originOf?.(of)) ?? 'default';
    const isElsewhere = origin !== 'default' && !origin.startsWith('flag ');
    faults.push(configurationFault(code, isElsewhere ? `${line} (${origin})` : line, fix));
  };
  const { listen, httpListen } = readPlaces(flags, note);
  const places = [listen, httpListen].filter((place) => place !== undefined);
  const loopbackOnly = listen !== undefined && isLoopback(listen.host);
  const outside = places.find(({ host }) => !isLoopback(host))?.host;
  const tls = readTls(flags, note);
  const networks = readNetworks(flags, note);
  if (flags.dev && outside !== undefined) {
    note(
      'dev_not_on_loopback',
      `a development broker does not listen on ${outside}`,
      'listen on 127.0.0.1, or use creance serve',
      'listen',
    );
  }
  if (!flags.dev && outside !== undefined && tls === undefined) {
    note(
      'tls_missing',
      `${outside} is not loopback, so the broker needs TLS`,
      'name --tls-certificate and --tls-key',
      'listen',
    );
  }
  const origin = flags.publicOrigin;
  if (origin !== undefined && !isOrigin(origin, tls !== undefined)) {
    note(
      'public_origin_malformed',
      `"${origin}" is not the origin of this broker`,
      'write --public-origin https://host[:port] without a path',
      'publicOrigin',
    );
  }
  if (listen !== undefined && !loopbackOnly && origin === undefined) {
    note(
      'public_origin_missing',
      'proofs name the origin that clients use',
      'name --public-origin https://host[:port]',
    );
  }
  if (!isMegabytes(flags.historyMegabytes)) {
    note(
      'history_megabytes_malformed',
      'the history is measured in whole megabytes',
      `write --history-megabytes with 0 to ${limits.historyMegabytesMax}`,
      'historyMegabytes',
    );
  }
  if (flags.restored && flags.cutOnly === true) {
    note(
      'acts_conflict',
      'a start without the store cannot take one that was put back',
      'give --cut-only to cut now, and --restored to the start that has the store',
    );
  }
  if (faults.length > 0 || listen === undefined) return refuse(faults);
  const { dev, manifest, data, restored, historyMegabytes, takeManifest = false } = flags;
  return ok({
    dev,
    manifest: resolve(manifest),
    data: resolve(data),
    listen,
    httpListen,
    publicOrigin: origin,
    tls,
    loopbackOnly,
    restored,
    historyBytes: historyMegabytes * megabyte,
    takeManifest,
    networks,
  });
}

/** Where both doors listen; undefined where there is no door, or a fault was noted. */
function readPlaces(
  flags: BrokerFlags,
  note: NoteFault,
): { readonly listen?: ListenPlace | undefined; readonly httpListen?: ListenPlace | undefined } {
  const listen = parseListen(flags.listen);
  if (listen === undefined) {
    const fix = 'write --listen 127.0.0.1:7420';
    note('listen_malformed', `"${flags.listen}" is not host:port`, fix, 'listen');
    return {};
  }
  const httpListen = httpListenOf(flags.httpListen, listen);
  if (httpListen !== 'malformed') return { listen, httpListen };
  const fault = `"${flags.httpListen}" is neither host:port nor none`;
  note('http_listen_malformed', fault, 'write --http-listen 127.0.0.1:7421', 'httpListen');
  return { listen };
}

function isMegabytes(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= limits.historyMegabytesMax;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

function isOrigin(text: string, tls: boolean): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return url.origin === text && (url.protocol === 'https:' || (!tls && url.protocol === 'http:'));
}

function readTls({ tlsCertificate, tlsKey }: BrokerFlags, note: NoteFault): BrokerConfig['tls'] {
  if (tlsCertificate === undefined && tlsKey === undefined) return undefined;
  if (tlsCertificate === undefined || tlsKey === undefined) {
    note(
      'tls_half_set',
      'TLS needs a certificate and a key',
      'name both --tls-certificate and --tls-key',
      tlsCertificate === undefined ? 'tlsKey' : 'tlsCertificate',
    );
    return undefined;
  }
  const read = (file: string, of: SettingName) => {
    try {
      return readFileSync(file);
    } catch (error) {
      note(
        'tls_unreadable',
        `${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`,
        'correct the path or the mode',
        of,
      );
      return undefined;
    }
  };
  const certificate = read(tlsCertificate, 'tlsCertificate');
  const key = read(tlsKey, 'tlsKey');
  if (certificate === undefined || key === undefined) return undefined;
  // By their whole path: the process may go to another folder before they are read again.
  const files = { certificate: resolve(tlsCertificate), key: resolve(tlsKey) };
  return { certificate, key, files };
}
