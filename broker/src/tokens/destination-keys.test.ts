import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DestinationKind, decodeBase64url } from '@creance/proto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DestinationKeys, openDestinationKeys } from './destination-keys.js';

const identity = { issuer: 'https://creance.example.internal', dev: false };
let folder: string;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'creance-keys-')), 'keys');
});
afterEach(() => {
  rmSync(join(folder, '..'), { recursive: true, force: true });
});

function open(): DestinationKeys {
  const opened = openDestinationKeys(folder, identity);
  if (!opened.ok) throw new Error(opened.error.fault);
  return opened.value;
}

/** The keys of a resource that is the vectors' own: its derived key is theirs. */
class VectorKeys extends DestinationKeys {
  override of(): Buffer {
    return Buffer.from(decodeBase64url(vectors.key) ?? '');
  }
}

const file = new URL('../../../test/vectors/destinations.json', import.meta.url);
const vectors = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly key: string;
  readonly destinations: readonly {
    readonly kind: DestinationKind;
    readonly value: string;
    readonly hash: string;
  }[];
};

describe('DestinationKeys', () => {
  it('hash as everybody else does', () => {
    const keys = new VectorKeys(new Uint8Array(32));
    for (const { kind, value, hash } of vectors.destinations)
      expect(keys.hash('crm', kind, value)).toEqual({ ok: true, value: hash });
  });

  // RFC 5869. breaks when: the resource's name is left out of what the key is made of
  it('have a key of 32 bytes for each resource, the same one again', () => {
    const keys = new DestinationKeys(new Uint8Array(32));
    expect(keys.of('crm')).toHaveLength(32);
    expect(keys.of('crm').equals(keys.of('crm'))).toBe(true);
    expect(keys.of('crm').equals(keys.of('mail'))).toBe(false);
    expect(keys.of('crm').equals(new DestinationKeys(new Uint8Array(32).fill(1)).of('crm'))).toBe(
      false,
    );
    expect(keys.of('crm').toString('hex')).toBe(
      '25f4ebcb88dafb5c8edd82205984719ea5701dea0d6080eef246b1bf2fb42f1d',
    );
  });

  it('say why something is no destination', () => {
    const keys = new DestinationKeys(new Uint8Array(32));
    expect(keys.hash('crm', 'email', 'ann')).toEqual({ ok: false, error: 'destination_malformed' });
  });
});

describe('openDestinationKeys', () => {
  it('makes a secret on the first start and finds it again, in a file that nobody else reads', () => {
    const before = open().of('crm');
    expect(open().of('crm').equals(before)).toBe(true);
    expect(statSync(join(folder, 'destinations.json')).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  it('refuses a file that others can read, of another broker, of another purpose, or without a key', () => {
    open();
    const path = join(folder, 'destinations.json');
    const whole = JSON.parse(readFileSync(path, 'utf8')) as { readonly secret: string };
    const faults = [{ issuer: 'https://other.example' }, { dev: true }, { purpose: 'feed' }];
    const secrets = [{ secret: whole.secret.slice(1) }, { secret: 7 }, { secret: undefined }];
    for (const change of [...faults, ...secrets]) {
      writeFileSync(path, JSON.stringify({ ...whole, ...change }));
      expect(openDestinationKeys(folder, identity).ok).toBe(false);
    }
    writeFileSync(path, 'null');
    expect(openDestinationKeys(folder, identity).ok).toBe(false);
    writeFileSync(path, JSON.stringify(whole));
    expect(openDestinationKeys(folder, identity).ok).toBe(true);
    chmodSync(path, 0o640);
    expect(openDestinationKeys(folder, identity).ok).toBe(false);
  });
});
