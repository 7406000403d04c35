import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { someProofs } from '../doubles/proofs.js';
import { IssuedToken } from './token.js';

const text = 'eyJhbGciOiJFUzI1NiJ9.canary.signature';
const facts = {
  text,
  audience: 'https://crm.example',
  scopes: ['contacts:read'],
  expiresSeconds: 1_800_000_000,
};
const token = new IssuedToken(facts, someProofs());
const shown = '[creance token, expires 2027-01-15T08:00:00.000Z]';

describe('IssuedToken', () => {
  it('tells what it is for and when it ends', () => {
    expect(token.audience).toBe('https://crm.example');
    expect(token.scopes).toEqual(['contacts:read']);
    expect(token.expiresAt.getTime()).toBe(1_800_000_000_000);
    expect(token.reveal()).toBe(text);
  });

  // breaks when: any of the three ways of showing goes
  it('shows itself without its text everywhere', () => {
    expect(String(token)).toBe(shown);
    expect(`${token}`).toBe(shown);
    expect(JSON.stringify({ token })).toBe(JSON.stringify({ token: shown }));
    expect(inspect({ token }, { depth: null, showHidden: true, getters: true })).toContain(shown);
    expect(inspect(token, { customInspect: false, depth: null, showHidden: true })).not.toContain(
      'canary',
    );
  });

  it('is not changed through what it gives out', () => {
    token.expiresAt.setTime(0);
    expect(() => (token.scopes as string[]).push('contacts:export')).toThrow();
    expect(String(token)).toBe(shown);
    expect(token.scopes).toEqual(['contacts:read']);
  });
});
