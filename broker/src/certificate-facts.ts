import { createPrivateKey, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import type { TlsMaterial } from './rpc/front.js';

/** A certificate as far as it is judged here. */
export interface CertificateFacts {
  /** Unix milliseconds. */
  readonly validFrom: number;
  readonly validTo: number;
  /** Whether it holds the public half of the key. */
  readonly hasKey: boolean;
  /** Whether it is made out to a host or an address. */
  readonly covers: (host: string) => boolean;
  /** The names that it is made out to, in words. */
  readonly names: string;
}

/** What is wrong, and what to do. */
export interface PairFault {
  readonly fault: string;
  readonly fix: string;
}

/** Days before the end of a certificate at which somebody is told. */
const warningDays = [1, 7, 30] as const;

const dayMillis = 86_400_000;

const pem = 'name a certificate chain and its private key, both in PEM form';

/** Reads the first certificate of a chain, and its key; what is wrong when one of them is none. */
export function certificateFacts(tls: TlsMaterial): CertificateFacts | PairFault {
  const certificate = parsed(() => new X509Certificate(tls.certificate));
  if (certificate === undefined) return { fault: 'the certificate cannot be read', fix: pem };
  const key = parsed(() => createPrivateKey(tls.key));
  if (key === undefined)
    return { fault: 'the private key cannot be read, or has a passphrase', fix: pem };
  return {
    validFrom: Date.parse(certificate.validFrom),
    validTo: Date.parse(certificate.validTo),
    hasKey: certificate.checkPrivateKey(key),
    // Without the common name: no client looks at it any more (RFC 9525 §6.1).
    covers: (host) =>
      (isIP(host) === 0
        ? certificate.checkHost(host, { subject: 'never' })
        : certificate.checkIP(host)) !== undefined,
    names: certificate.subjectAltName ?? '',
  };
}

/** Why a running broker keeps what it has instead of this pair; undefined when the pair is good now. */
export function pairFault(tls: TlsMaterial, nowMillis: number): PairFault | undefined {
  const facts = certificateFacts(tls);
  if ('fault' in facts) return facts;
  const { hasKey, validFrom, validTo } = facts;
  if (!hasKey) {
    const fix = 'put the key that the certificate was asked for beside it';
    return { fault: 'the key is not the key of the certificate', fix };
  }
  if (validTo <= nowMillis) {
    const fault = `the certificate ended at ${new Date(validTo).toISOString()}`;
    return { fault, fix: 'put one in place that is good today' };
  }
  if (validFrom > nowMillis) {
    const fault = `the certificate begins at ${new Date(validFrom).toISOString()}`;
    return { fault, fix: 'set the clock right, or wait and send SIGHUP then' };
  }
  // The rest of the chain, and whether this Node has the algorithm.
  const usable = parsed(() => createSecureContext({ cert: tls.certificate, key: tls.key }));
  return usable === undefined ? { fault: 'the chain cannot be used', fix: pem } : undefined;
}

/**
 * The warning that is due: the fewest days of 30, 7 and 1 that the certificate has left, 0 once it has ended;
 * undefined when none is. 30 and 7 days that are more than half of its whole life say nothing and are left out.
 */
export function warningDue(
  { validFrom, validTo }: Pick<CertificateFacts, 'validFrom' | 'validTo'>,
  nowMillis: number,
): number | undefined {
  if (validTo <= nowMillis) return 0;
  const halfLife = (validTo - validFrom) / 2;
  return warningDays.find(
    (days) =>
      validTo - nowMillis <= days * dayMillis && (days === 1 || days * dayMillis <= halfLife),
  );
}

function parsed<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
