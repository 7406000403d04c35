import { describe, expect, it } from 'vitest';
import { AuditWitness } from './audit-witness.js';

const head = (sequence: number, hash = `hash of ${sequence}`) => ({ sequence, hash });

describe('AuditWitness', () => {
  it('keeps the furthest head, and takes the same one again', () => {
    const witness = new AuditWitness();
    expect(witness.head).toBeUndefined();
    for (const sequence of [0, 4, 4, 9]) expect(witness.see(head(sequence))).toBeUndefined();
    expect(witness.head).toEqual(head(9));
  });

  // breaks when: a fault moves the head, or a hash is compared with none
  it('keeps to what it has seen when a head goes back or is another one', () => {
    const witness = new AuditWitness();
    witness.see(head(9));
    expect(witness.see(head(8))).toBe('audit_went_back');
    expect(witness.see(head(9, 'another'))).toBe('audit_forked');
    expect(witness.head).toEqual(head(9));
    witness.forget();
    expect(witness.see(head(1))).toBeUndefined();
  });
});
