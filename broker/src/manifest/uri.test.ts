import { uriCharsMax } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { audienceFault, audienceIdentity, isInvalidHost, isIssuer } from './uri.js';

describe('isIssuer', () => {
  it.each([
    'https://creance.example.internal',
    'https://creance.example:8443',
    'https://10.0.0.7:7420',
    'https://[::1]:7420',
    'https://dev.a1b2.invalid',
  ])('takes %s', (text) => {
    expect(isIssuer(text)).toBe(true);
  });

  it.each([
    '',
    'https://',
    'https:creance.example',
    ' https://creance.example',
    'https://creance.example\n',
    'https://creance.example\t',
    'https://creance.example\\',
    'https://creance..example',
    'https://cre_ance.example',
    'https://0x7f.1',
    'https://user@creance.example',
    'HTTPS://creance.example',
    'ftp://creance.example',
    `https://${'a.'.repeat(uriCharsMax)}example`,
  ])('refuses %j', (text) => {
    expect(isIssuer(text)).toBe(false);
  });
});

describe('isInvalidHost', () => {
  it('knows the reserved host and all below it, and nothing that only looks so', () => {
    expect(isInvalidHost('https://invalid:1')).toBe(true);
    expect(isInvalidHost('https://a.invalid')).toBe(true);
    expect(isInvalidHost('https://notinvalid')).toBe(false);
    expect(isInvalidHost('https://invalid.example')).toBe(false);
  });
});

describe('audienceFault', () => {
  it.each([
    'https://crm.example',
    'https://crm.example/',
    'https://crm.example/api/v2?tenant=1',
    'http://127.0.0.1:7430',
    'http://localhost:7430/a',
    'http://[::1]:7430',
    'urn:example:crm',
    'spiffe://example.org/crm',
  ])('takes %s', (text) => {
    expect(audienceFault(text)).toBeUndefined();
  });

  it.each([
    ['crm', 'audience_malformed'],
    ['//crm.example', 'audience_malformed'],
    ['localhost:7430', 'audience_malformed'],
    ['urn:', 'audience_malformed'],
    ['https://crm.example#', 'audience_malformed'],
    ['https://crm.example/a b', 'audience_malformed'],
    ['https://CRM.example', 'audience_malformed'],
    ['https://crm.example:443', 'audience_malformed'],
    ['https://crm.example/%2e%2e/a', 'audience_malformed'],
    ['https://crm.example.', 'audience_malformed'],
    ['https://*.example', 'audience_malformed'],
    ['https://cr\u043c.example', 'audience_malformed'],
    ['javascript:alert(1)', 'audience_malformed'],
    [`https://crm.example/${'a'.repeat(uriCharsMax)}`, 'audience_malformed'],
    ['http://crm.example', 'audience_insecure'],
    ['http://localhost.example', 'audience_insecure'],
    ['http://0.0.0.0', 'audience_insecure'],
    ['http://[::ffff:7f00:1]', 'audience_insecure'],
  ])('refuses %s', (text, code) => {
    expect(audienceFault(text)).toBe(code);
  });

  it('takes two spellings of one place for one', () => {
    expect(audienceIdentity('https://crm.example')).toBe(audienceIdentity('https://crm.example/'));
    expect(audienceIdentity('urn:a')).not.toBe(audienceIdentity('urn:b'));
  });
});
