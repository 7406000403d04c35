import { describe, expect, it } from 'vitest';
import { upstreamRef } from './upstream-ask.js';

const issuer = 'https://idp.example';

describe('upstreamRef', () => {
  it('is the same for the same person, and says no name', () => {
    expect(upstreamRef('principal', issuer, 'alex')).toEqual(
      upstreamRef('principal', issuer, 'alex'),
    );
    expect(JSON.stringify(upstreamRef('principal', issuer, 'alex'))).not.toContain('alex');
  });

  // breaks when: the parts are joined instead of written as a list, or the kind is left out of the hash
  it('keeps apart who is not the same', () => {
    const hashes = [
      upstreamRef('principal', issuer, 'alex'),
      upstreamRef('upstream', issuer, 'alex'),
      upstreamRef('principal', `${issuer}/`, 'alex'),
      upstreamRef('principal', issuer, 'Alex'),
      upstreamRef('principal', `${issuer}al`, 'ex'),
      upstreamRef('principal', `${issuer}","al`, 'ex'),
      upstreamRef('principal', issuer, ''),
    ].map(({ hash }) => hash);
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
