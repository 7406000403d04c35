import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { certificateFacts, warningDue } from '../../broker/src/certificate-facts.js';
import { type Certificates, keepCertificates } from '../../broker/src/certificates.js';
import type { Instant } from '../../broker/src/domain/instant.js';
import type { TlsMaterial } from '../../broker/src/rpc/front.js';
import { selfSigned, type TestCertificate } from '../support/certificate.js';

const day = 86_400_000;
let folder: string;
let said: string[];
let used: TlsMaterial[];
let swaps: string[];
let aheadMillis: number;
let kept: Certificates | undefined;

const files = () => ({ certificate: join(folder, 'tls.crt'), key: join(folder, 'tls.key') });
const put = ({ certificate, key }: Partial<TestCertificate>) => {
  if (certificate) writeFileSync(files().certificate, certificate);
  if (key) writeFileSync(files().key, key);
};

function keep(first: TestCertificate): Certificates {
  put(first);
  const line = (_: object, text: string) => void said.push(text);
  kept = keepCertificates({
    tls: { ...first, files: files() },
    clock: { now: () => ((Date.now() + aheadMillis) * 1_000) as Instant },
    logger: { info: line, warn: line, error: line },
    use: (tls) => void used.push(tls),
    onSwap: (outcome) => void swaps.push(outcome),
  });
  return kept;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  folder = mkdtempSync(join(tmpdir(), 'creance-tls-'));
  [said, used, swaps, aheadMillis] = [[], [], [], 0];
});
afterEach(() => {
  kept?.stop();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

describe('keepCertificates', () => {
  it('F-53 gives the doors a pair once both halves are there, with no signal', () => {
    const next = selfSigned();
    keep(selfSigned());
    vi.advanceTimersByTime(5_000);
    put({ certificate: next.certificate });
    vi.advanceTimersByTime(5_000);
    expect([used, swaps]).toEqual([[], ['refused']]);
    // breaks when: each look says again what is wrong
    vi.advanceTimersByTime(60_000);
    expect(swaps).toEqual(['refused']);
    put({ key: next.key });
    vi.advanceTimersByTime(5_000);
    expect(swaps).toEqual(['refused', 'taken']);
    expect(used).toEqual([next]);
  });

  it('keeps what serves where a file is gone, and says so', () => {
    const certificates = keep(selfSigned());
    rmSync(files().key);
    expect(certificates.reload()).toMatchObject({ ok: false, error: { code: 'tls_unreadable' } });
    expect(used).toEqual([]);
  });

  it('takes nothing that has ended or not begun by its own clock', () => {
    const certificates = keep(selfSigned());
    put(selfSigned());
    for (const ahead of [day, -day]) {
      aheadMillis = ahead;
      expect(certificates.reload()).toMatchObject({ error: { code: 'tls_unusable' } });
    }
    aheadMillis = 0;
    expect(certificates.reload()).toEqual({ ok: true, value: 'taken' });
    expect(certificates.reload()).toEqual({ ok: true, value: 'same' });
    expect(readFileSync(files().key)).toEqual(used[0]?.key);
  });

  it('F-53 says once that the end is near, and once that it has come', () => {
    const certificates = keep(selfSigned());
    vi.advanceTimersByTime(60_000);
    aheadMillis = day;
    vi.advanceTimersByTime(60_000);
    expect(said).toEqual([
      'the certificate ends soon',
      'the certificate has ended: nobody connects',
    ]);
    expect(certificates.remainingSeconds()).toBeLessThan(0);
  });

  it('has nothing to do without TLS', () => {
    const { clock, logger, use, onSwap } = {
      clock: { now: () => 0 as Instant },
      logger: { info() {}, warn() {}, error() {} },
      use() {},
      onSwap() {},
    };
    const none = keepCertificates({ tls: undefined, clock, logger, use, onSwap });
    expect([none.reload(), none.remainingSeconds()]).toEqual([
      { ok: true, value: 'none' },
      undefined,
    ]);
  });
});

describe('warningDue', () => {
  it.each([
    [90, 31, undefined],
    [90, 30, 30],
    [90, 8, 30],
    [90, 7, 7],
    [90, 1, 1],
    [90, 0, 0],
    [90, -5, 0],
    // breaks when: whoever renews each week is warned all the time
    [10, 9, undefined],
    [30, 15, undefined],
    [2, 1, 1],
  ])('F-53 of a life of %i days with %i left is %s', (life, left, due) => {
    expect(warningDue({ validFrom: (left - life) * day, validTo: left * day }, 0)).toBe(due);
  });

  it('reads the first certificate of a chain', () => {
    const [leaf, above] = [selfSigned({ name: 'leaf.example' }), selfSigned()];
    const certificate = Buffer.concat([leaf.certificate, above.certificate]);
    expect(certificateFacts({ certificate, key: leaf.key })).toMatchObject({
      hasKey: true,
      names: 'DNS:leaf.example',
    });
  });
});
