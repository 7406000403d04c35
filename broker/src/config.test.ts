import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BrokerFlags, readConfig } from './config.js';
import { limits } from './domain/limits.js';

let folder: string;
let certificate: string;
let key: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'creance-config-'));
  certificate = join(folder, 'certificate.pem');
  key = join(folder, 'key.pem');
  writeFileSync(certificate, 'certificate');
  writeFileSync(key, 'key');
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function flags(parts: Partial<BrokerFlags> = {}): BrokerFlags {
  return {
    dev: false,
    manifest: 'creance.yaml',
    data: 'creance-data',
    listen: '127.0.0.1:7420',
    publicOrigin: undefined,
    tlsCertificate: undefined,
    tlsKey: undefined,
    restored: false,
    historyMegabytes: 64,
    asnDatabase: undefined,
    cityDatabase: undefined,
    providerAsns: [],
    ...parts,
  };
}

/** Codes of the faults; none when the flags are good. */
function codesOf(parts: Partial<BrokerFlags>): string[] {
  const config = readConfig(flags(parts));
  return config.ok ? [] : config.error.map(({ code }) => code);
}

const outside = () => ({
  listen: '0.0.0.0:7420',
  publicOrigin: 'https://broker.example',
  tlsCertificate: certificate,
  tlsKey: key,
});

describe('readConfig', () => {
  it.each<[Partial<BrokerFlags>, object | undefined]>([
    [{}, { host: '127.0.0.1', port: 7421 }],
    [{ listen: '127.0.0.1:0' }, { host: '127.0.0.1', port: 0 }],
    [{ listen: '[::1]:7420' }, { host: '::1', port: 7421 }],
    [{ httpListen: '127.0.0.2:8080' }, { host: '127.0.0.2', port: 8080 }],
    [{ httpListen: 'none' }, undefined],
  ])('opens the HTTP door of %j at %j', (parts, httpListen) => {
    const config = readConfig(flags(parts));
    expect(config.ok && config.value.httpListen).toEqual(httpListen);
  });

  it.each<[Partial<BrokerFlags>, string[]]>([
    [{ httpListen: 'x' }, ['http_listen_malformed']],
    [{ httpListen: '127.0.0.1:70000' }, ['http_listen_malformed']],
    [{ httpListen: '0.0.0.0:7421' }, ['tls_missing']],
    [{ httpListen: '0.0.0.0:7421', dev: true }, ['dev_not_on_loopback']],
  ])('refuses the HTTP door of %j', (parts, codes) => {
    expect(codesOf(parts)).toEqual(codes);
  });

  it.each([0, 1, 64, limits.historyMegabytesMax])('takes %d megabytes of history', (megabytes) => {
    const config = readConfig(flags({ historyMegabytes: megabytes }));
    expect(config).toMatchObject({ ok: true, value: { historyBytes: megabytes * 1_048_576 } });
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, limits.historyMegabytesMax + 1])(
    'refuses %d megabytes of history',
    (historyMegabytes) => {
      expect(codesOf({ historyMegabytes })).toEqual(['history_megabytes_malformed']);
    },
  );

  it('takes no start without a store for one that has a store that was put back', () => {
    expect(codesOf({ restored: true, cutOnly: true })).toEqual(['acts_conflict']);
    expect(codesOf({ restored: false, cutOnly: true })).toEqual([]);
  });

  it.each([true, false])('hands over whether the data were restored: %s', (restored) => {
    expect(readConfig(flags({ restored }))).toMatchObject({ ok: true, value: { restored } });
  });

  it('makes paths absolute and reads the files', () => {
    const config = readConfig(flags(outside()));
    if (!config.ok) throw new Error('refused');
    expect(isAbsolute(config.value.manifest) && isAbsolute(config.value.data)).toBe(true);
    expect(config.value).toMatchObject({
      listen: { host: '0.0.0.0', port: 7420 },
      publicOrigin: 'https://broker.example',
      loopbackOnly: false,
      tls: { certificate: Buffer.from('certificate'), key: Buffer.from('key') },
    });
  });

  it.each([
    ['127.0.0.1:7420', '127.0.0.1', 7420],
    ['127.8.9.10:0', '127.8.9.10', 0],
    ['localhost:65535', 'localhost', 65_535],
    ['[::1]:7420', '::1', 7420],
  ])('takes %s for loopback, without TLS and without an origin', (listen, host, port) => {
    const config = readConfig(flags({ listen }));
    expect(config).toMatchObject({
      ok: true,
      value: {
        listen: { host, port },
        loopbackOnly: true,
        publicOrigin: undefined,
        tls: undefined,
      },
    });
  });

  it.each([
    '',
    '7420',
    ':7420',
    '127.0.0.1',
    '127.0.0.1:',
    '127.0.0.1:65536',
    '127.0.0.1:-1',
    '127.0.0.1:7420x',
    '127.0.0.1:1e3',
    '::1:7420',
    '[::1]',
    ' 127.0.0.1:1',
    'a b:1',
    '127.0.0.1:7420\n',
  ])('refuses to listen on %j, and blames nothing else for it', (listen) => {
    expect(codesOf({ listen })).toEqual(['listen_malformed']);
  });

  // breaks when: loopback is told by the beginning of the text
  it.each([
    '0.0.0.0:7420',
    '[::]:7420',
    '192.0.2.1:7420',
    'broker.example:7420',
    '127.0.0.1.example:7420',
    '127.example:7420',
    '127.0.0.999:7420',
    'localhost.example:7420',
    '[::2]:7420',
    '[::11]:7420',
  ])('wants TLS and an origin on %s', (listen) => {
    expect(codesOf({ listen })).toEqual(['tls_missing', 'public_origin_missing']);
    expect(codesOf({ ...outside(), listen })).toEqual([]);
  });

  // breaks when: a development broker may listen outside with TLS
  it('keeps a development broker on loopback, whatever else is set', () => {
    expect(codesOf({ ...outside(), dev: true })).toEqual(['dev_not_on_loopback']);
    expect(codesOf({ dev: true })).toEqual([]);
  });

  it('wants both halves of TLS, and files that can be read', () => {
    expect(codesOf({ tlsCertificate: certificate })).toEqual(['tls_half_set']);
    expect(codesOf({ tlsKey: key })).toEqual(['tls_half_set']);
    const missing = join(folder, 'missing.pem');
    expect(codesOf({ tlsCertificate: missing, tlsKey: folder })).toEqual([
      'tls_unreadable',
      'tls_unreadable',
    ]);
  });

  it.each([
    'https://broker.example/',
    'https://broker.example/path',
    'https://broker.example?a',
    'https://user@broker.example',
    'https://BROKER.example',
    'https://broker.example:443',
    'broker.example',
    'ftp://broker.example',
    'http://broker.example',
    '',
  ])('refuses %j for its origin', (publicOrigin) => {
    expect(codesOf({ ...outside(), publicOrigin })).toEqual(['public_origin_malformed']);
  });

  it('takes an origin without TLS on loopback only', () => {
    expect(codesOf({ publicOrigin: 'http://127.0.0.1:7420' })).toEqual([]);
    // A proxy in front ends TLS.
    expect(codesOf({ publicOrigin: 'https://broker.example' })).toEqual([]);
    expect(codesOf({ ...outside(), publicOrigin: 'http://127.0.0.1:7420' })).toEqual([
      'public_origin_malformed',
    ]);
  });

  it('tells every fault at once, each with its fix and exit code', () => {
    const config = readConfig(flags({ listen: 'x', publicOrigin: 'x', tlsKey: key }));
    expect(config.ok).toBe(false);
    if (config.ok) return;
    expect(config.error.map(({ code }) => code)).toEqual([
      'listen_malformed',
      'tls_half_set',
      'public_origin_malformed',
    ]);
    for (const { fix, exitCode, lines } of config.error) {
      expect([fix.length > 0, exitCode, lines.length]).toEqual([true, 78, 1]);
    }
  });
});
