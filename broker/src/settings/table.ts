import { limits } from '../domain/limits.js';

/** What a setting holds, once it is read. */
export type SettingValue = string | number | boolean | readonly number[] | undefined;

/** One setting of a broker: the only place that says how it is called, and what it is without being set. */
export interface Setting {
  readonly name: SettingName;
  /** The flag, as commander writes it. */
  readonly flag: `--${string}`;
  /** What stands behind the flag; absent: it is true or false. */
  readonly form?: string;
  /** Absent: one start does it, and nothing may repeat it at the next. */
  readonly variable?: `CREANCE_${string}`;
  /** The key in the file; absent as the variable may be. */
  readonly key?: string;
  readonly kind: 'text' | 'path' | 'switch' | 'megabytes' | 'asns' | 'level';
  readonly byDefault?: string | number | boolean | readonly number[];
  /** For whom: a development broker has no TLS. */
  readonly only?: 'serve';
  readonly words: string;
}

/** Names of the settings, as the code calls them. */
export type SettingName =
  | 'manifest'
  | 'data'
  | 'listen'
  | 'httpListen'
  | 'publicOrigin'
  | 'tlsCertificate'
  | 'tlsKey'
  | 'asnDatabase'
  | 'cityDatabase'
  | 'providerAsns'
  | 'historyMegabytes'
  | 'logLevel'
  | 'restored'
  | 'cutOnly'
  | 'takeManifest';

/** Levels of the log, from all to nothing but the end. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** Every setting of `creance dev` and `creance serve`. None of them holds a secret: keys are named by path. */
export const settings: readonly Setting[] = [
  {
    name: 'manifest',
    flag: '--manifest',
    form: '<file>',
    variable: 'CREANCE_MANIFEST',
    key: 'manifest',
    kind: 'path',
    byDefault: './creance.yaml',
    words: 'the manifest; read again at SIGHUP',
  },
  {
    name: 'data',
    flag: '--data',
    form: '<folder>',
    variable: 'CREANCE_DATA',
    key: 'data',
    kind: 'path',
    byDefault: './creance-data',
    words: 'data folder of the broker',
  },
  {
    name: 'listen',
    flag: '--listen',
    form: '<host:port>',
    variable: 'CREANCE_LISTEN',
    key: 'listen',
    kind: 'text',
    byDefault: '127.0.0.1:7420',
    words: 'where to listen',
  },
  {
    name: 'httpListen',
    flag: '--http-listen',
    form: '<host:port>',
    variable: 'CREANCE_HTTP_LISTEN',
    key: 'httpListen',
    kind: 'text',
    words:
      'health and public keys over HTTP; none for nowhere; without it port 7421 beside the other',
  },
  {
    name: 'publicOrigin',
    flag: '--public-origin',
    form: '<origin>',
    variable: 'CREANCE_PUBLIC_ORIGIN',
    key: 'publicOrigin',
    kind: 'text',
    words: 'origin under which clients reach the broker',
  },
  {
    name: 'tlsCertificate',
    flag: '--tls-certificate',
    form: '<file>',
    variable: 'CREANCE_TLS_CERTIFICATE',
    key: 'tlsCertificate',
    kind: 'path',
    only: 'serve',
    words: 'certificate chain in PEM form',
  },
  {
    name: 'tlsKey',
    flag: '--tls-key',
    form: '<file>',
    variable: 'CREANCE_TLS_KEY',
    key: 'tlsKey',
    kind: 'path',
    only: 'serve',
    words: 'private key in PEM form',
  },
  {
    name: 'asnDatabase',
    flag: '--asn-database',
    form: '<file>',
    variable: 'CREANCE_ASN_DATABASE',
    key: 'asnDatabase',
    kind: 'path',
    words: 'networks by autonomous system, in the MaxMind DB format',
  },
  {
    name: 'cityDatabase',
    flag: '--city-database',
    form: '<file>',
    variable: 'CREANCE_CITY_DATABASE',
    key: 'cityDatabase',
    kind: 'path',
    words: 'networks by place, in the MaxMind DB format',
  },
  {
    name: 'providerAsns',
    flag: '--provider-asns',
    form: '<numbers>',
    variable: 'CREANCE_PROVIDER_ASNS',
    key: 'providerAsns',
    kind: 'asns',
    byDefault: [],
    words: 'your own back ends, such as 64500,64501',
  },
  {
    name: 'historyMegabytes',
    flag: '--history-megabytes',
    form: '<n>',
    variable: 'CREANCE_HISTORY_MEGABYTES',
    key: 'historyMegabytes',
    kind: 'megabytes',
    byDefault: limits.historyBytes / 1_048_576,
    words: 'what creance record gives; 0 keeps none',
  },
  {
    name: 'logLevel',
    flag: '--log-level',
    form: '<level>',
    variable: 'CREANCE_LOG_LEVEL',
    key: 'logLevel',
    kind: 'level',
    byDefault: 'warn',
    words: 'trace, debug, info, warn, error or fatal',
  },
  {
    name: 'restored',
    flag: '--restored',
    kind: 'switch',
    byDefault: false,
    words: 'the data folder was put back from a backup',
  },
  {
    name: 'cutOnly',
    flag: '--cut-only',
    kind: 'switch',
    byDefault: false,
    words: 'start without the store, for cuts alone',
  },
  {
    name: 'takeManifest',
    flag: '--take-manifest',
    kind: 'switch',
    byDefault: false,
    only: 'serve',
    words: 'put the manifest file in force, whichever version is',
  },
];

/** Acts of one start: in a file or an environment they would be done again at every start. */
export const actKeys: Readonly<Record<string, string>> = {
  restored: 'it is an act of one start: give --restored to creance serve',
  cutOnly: 'it is an act of one start: give --cut-only to creance serve',
  takeManifest: 'it is an act of one start: give --take-manifest to creance serve',
};
