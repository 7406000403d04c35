import { isIP } from 'node:net';
import { type Finding, failure, fine, warning } from './verdict.js';

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

const dayMillis = 86_400_000;

/** Days before its end at which a certificate should be replaced. */
const certificateDays = 14;

/**
 * What is to be said of a certificate and its key; `fault` when one of them cannot be read as such, undefined
 * facts when none is named.
 */
export function tlsFindings(
  facts: CertificateFacts | { readonly fault: string } | undefined,
  { publicOrigin, nowMillis }: { publicOrigin: string | undefined; nowMillis: number },
): readonly Finding[] {
  if (facts === undefined) return [fine('certificate', 'none is named, and none is needed')];
  if ('fault' in facts) {
    const fix = 'name a certificate chain and its private key, both in PEM form';
    return [failure('certificate', facts.fault, fix)];
  }
  return [dateFinding(facts, nowMillis), keyFinding(facts), nameFinding(facts, publicOrigin)];
}

function dateFinding({ validFrom, validTo }: CertificateFacts, nowMillis: number): Finding {
  const check = 'certificate';
  const days = Math.floor((validTo - nowMillis) / dayMillis);
  const until = new Date(validTo).toISOString();
  const fix = 'replace certificate and key, and start the broker again';
  if (validTo <= nowMillis) return failure(check, `it ended at ${until}`, fix);
  if (validFrom > nowMillis) {
    const found = `it begins at ${new Date(validFrom).toISOString()}`;
    return failure(check, found, 'set the clock right, or wait');
  }
  if (days < certificateDays) return warning(check, `it ends in ${days} days, at ${until}`, fix);
  return fine(check, `good until ${until}`);
}

function keyFinding({ hasKey }: CertificateFacts): Finding {
  const check = 'certificate key';
  if (hasKey) return fine(check, 'belongs to the certificate');
  const fix = 'name the key that the certificate was asked for with --tls-key';
  return failure(check, 'it is not the key of the certificate', fix);
}

function nameFinding(
  { covers, names }: CertificateFacts,
  publicOrigin: string | undefined,
): Finding {
  const check = 'certificate names';
  if (publicOrigin === undefined || !URL.canParse(publicOrigin))
    return fine(check, names || 'none');
  const { hostname } = new URL(publicOrigin);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (covers(host)) return fine(check, `made out to ${host}`);
  const kind = isIP(host) === 0 ? 'DNS' : 'IP';
  const fix = `have it made out to ${kind}:${host}, or correct --public-origin`;
  return failure(check, `it is made out to ${names || 'nobody'}, and not to ${host}`, fix);
}
