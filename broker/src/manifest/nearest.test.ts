import { describe, expect, it } from 'vitest';
import { manifestBounds } from './bounds.js';
import { nearest } from './nearest.js';

const known = ['resource', 'scopes', 'lifetimeSeconds', 'approval', 'crm', 'mail-writer'];

describe('nearest', () => {
  it.each([
    ['resourse', 'resource'],
    ['scope', 'scopes'],
    ['lifetime', 'lifetimeSeconds'],
    ['lifetime_seconds', 'lifetimeSeconds'],
    ['APPROVAL', 'approval'],
    ['crn', 'crm'],
    ['mailwriter', 'mail-writer'],
  ])('takes %s for %s', (presented, meant) => {
    expect(nearest(presented, known)).toBe(meant);
  });

  it('takes a word that is like none for none', () => {
    expect(nearest('erp', known)).toBeUndefined();
    expect(nearest('', known)).toBeUndefined();
    expect(nearest('\u0000', known)).toBeUndefined();
  });

  it('prefers the nearer of two', () => {
    expect(nearest('reporter', ['reportage', 'reports', 'reported'])).toBe('reported');
  });

  it('compares neither a long word nor more names than its bound', () => {
    expect(nearest(`crm${' '.repeat(200)}`, known)).toBeUndefined();
    const names = [...new Array(manifestBounds.namesCompared).fill('zzzzzz'), 'crm'];
    expect(nearest('crn', names)).toBeUndefined();
    expect(nearest('crn', names.slice(1))).toBe('crm');
  });
});
