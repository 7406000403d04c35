import { isIP } from 'node:net';
import { type CertificateFacts, type PairFault, warningDue } from '../../certificate-facts.js';
import { type Finding, failure, fine, warning } from './verdict.js';

const dayMillis = 86_400_000;

/**
 * What is to be said of a certificate and its key; `fault` when one of them cannot be read as such, undefined
 * facts when none is named.
 */
export function tlsFindings(
  facts: CertificateFacts | PairFault | undefined,
  { publicOrigin, nowMillis }: { publicOrigin: string | undefined; nowMillis: number },
): readonly Finding[] {
  if (facts === undefined) return [fine('certificate', 'none is named, and none is needed')];
  if ('fault' in facts) return [failure('certificate', facts.fault, facts.fix)];
  return [dateFinding(facts, nowMillis), keyFinding(facts), nameFinding(facts, publicOrigin)];
}

function dateFinding(facts: CertificateFacts, nowMillis: number): Finding {
  const { validFrom, validTo } = facts;
  const check = 'certificate';
  const days = Math.floor((validTo - nowMillis) / dayMillis);
  const until = new Date(validTo).toISOString();
  const fix = 'replace certificate and key; a broker that runs takes them by itself';
  if (validTo <= nowMillis) return failure(check, `it ended at ${until}`, fix);
  if (validFrom > nowMillis) {
    const found = `it begins at ${new Date(validFrom).toISOString()}`;
    return failure(check, found, 'set the clock right, or wait');
  }
  if (warningDue(facts, nowMillis) !== undefined)
    return warning(check, `it ends in ${days} days, at ${until}`, fix);
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
