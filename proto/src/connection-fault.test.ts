import { describe, expect, it } from 'vitest';
import { connectionCode, connectionFix } from './connection-fault.js';

describe('connectionCode', () => {
  // What grpc-js says of real connections: see test/flows/mistakes-way.test.ts.
  it.each([
    [
      'No connection established. Last error: Error: connect ECONNREFUSED 127.0.0.1:1',
      'ECONNREFUSED',
    ],
    ['Name resolution failed for target dns:nonexistent.invalid:1', 'ENOTFOUND'],
    ['Last error: Error: self-signed certificate; if the root CA', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    ['self-signed certificate in certificate chain', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['Last error: Error: certificate has expired', 'CERT_HAS_EXPIRED'],
    [
      'SSL routines:tls_validate_record_header:wrong version number:',
      'ERR_SSL_WRONG_VERSION_NUMBER',
    ],
    ['No connection established. Last error: Failed to connect (2026-', 'ECONNRESET'],
  ])('reads %j', (words, code) => {
    expect(connectionCode(words)).toBe(code);
    expect(connectionFix(code)).toMatch(/^[a-z][^\n]+[^.]$/);
  });

  it('knows nothing of other words, and looks at no more than their beginning', () => {
    expect(connectionCode('the moon is full')).toBeUndefined();
    expect(connectionCode(`${' '.repeat(1_024)}ECONNREFUSED`)).toBeUndefined();
    expect(connectionCode('HOSTNAME_CERT_ODD happened')).toBe('HOSTNAME_CERT_ODD');
    expect(connectionFix('HOSTNAME_CERT_ODD')).toBeUndefined();
    expect(connectionFix(undefined)).toBeUndefined();
  });
});
