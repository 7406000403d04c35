/** One way in which a connection fails. */
interface ConnectionRow {
  /** What the words of the failed connection hold. Some runtimes name the code, others say it in words. */
  readonly sign: string;
  /** System or TLS code, as Node and OpenSSL name it. */
  readonly code: string;
  readonly fix: string;
}

const trust =
  'have its issuer trusted: NODE_EXTRA_CA_CERTS=<PEM file> before the start, or rootCertificates of a verifier';
const way = 'open the way: a firewall, a route or the network is in between';
const name = 'correct the host in the address of the broker: nobody knows the name';
const dates = 'renew the certificate of the broker, or set the clock of this machine';

const rows: readonly ConnectionRow[] = [
  {
    sign: 'ECONNREFUSED',
    code: 'ECONNREFUSED',
    fix: 'start the broker, or correct host and port of its address: nobody listens there',
  },
  { sign: 'ENOTFOUND', code: 'ENOTFOUND', fix: name },
  { sign: 'Name resolution failed', code: 'ENOTFOUND', fix: name },
  { sign: 'EAI_AGAIN', code: 'EAI_AGAIN', fix: 'check the name server of this machine' },
  { sign: 'ETIMEDOUT', code: 'ETIMEDOUT', fix: way },
  { sign: 'EHOSTUNREACH', code: 'EHOSTUNREACH', fix: way },
  { sign: 'ENETUNREACH', code: 'ENETUNREACH', fix: way },
  {
    sign: 'ERR_TLS_CERT_ALTNAME_INVALID',
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
    fix: 'use the name that the certificate of the broker is for, or give it one for this name',
  },
  { sign: 'certificate has expired', code: 'CERT_HAS_EXPIRED', fix: dates },
  { sign: 'CERT_HAS_EXPIRED', code: 'CERT_HAS_EXPIRED', fix: dates },
  { sign: 'certificate is not yet valid', code: 'CERT_NOT_YET_VALID', fix: dates },
  { sign: 'certificate in certificate chain', code: 'SELF_SIGNED_CERT_IN_CHAIN', fix: trust },
  { sign: 'self-signed certificate', code: 'DEPTH_ZERO_SELF_SIGNED_CERT', fix: trust },
  {
    sign: 'unable to get local issuer',
    code: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    fix: trust,
  },
  {
    sign: 'unable to verify the first certificate',
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    fix: trust,
  },
  {
    sign: 'wrong version number',
    code: 'ERR_SSL_WRONG_VERSION_NUMBER',
    fix: 'there is no TLS at this address: correct the port, or give the broker a certificate',
  },
  {
    sign: 'Failed to connect',
    code: 'ECONNRESET',
    fix: 'use https:// where the broker has a certificate, and the port of its gRPC: what is there hung up',
  },
];

/** Codes that no row knows, for display only. */
const otherCodes =
  /\b(E(?:CONN[A-Z]+|TIMEDOUT|PIPE)|[A-Z_]*CERT[A-Z_]*|UNABLE_TO_[A-Z_]+|ERR_(?:TLS|SSL)_[A-Z_]+)\b/;

/** Characters of a failed connection's words that are looked at. */
const wordsRead = 1_024;

/**
 * System or TLS code of a failed connection, by the words that the transport has for it; undefined when
 * they name none. For display and hints, never to decide anything.
 */
export function connectionCode(words: string): string | undefined {
  const read = words.slice(0, wordsRead);
  const row = rows.find(({ sign }) => read.includes(sign));
  return row?.code ?? otherCodes.exec(read)?.[1];
}

/** What helps against a failed connection, by its code; undefined for a code that says too little. */
export function connectionFix(code: string | undefined): string | undefined {
  return rows.find((row) => row.code === code)?.fix;
}
