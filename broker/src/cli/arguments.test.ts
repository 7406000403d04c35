import { describe, expect, it } from 'vitest';
import { main } from '../main.js';
import { idsAsOperands } from './arguments.js';

const id = '-dXNBXZDI6qf7g81gnXqjA';
const thumbprint = `-${'k'.repeat(42)}`;

describe('arguments that are ids', () => {
  // breaks when: main hands the arguments to the parser as they are
  it('takes an id for an id though it begins with a dash', () => {
    expect(idsAsOperands(['explain', id, '--data', 'd', '-o', 'json'])).toEqual([
      'explain',
      '--data',
      'd',
      '-o',
      'json',
      '--',
      id,
    ]);
    expect(idsAsOperands(['keys', 'compromise', thumbprint])).toContain('--');
  });

  it('says that there is no broker, and not that the option is unknown', async () => {
    expect(await main(['explain', id, '--data', '/nonexistent'])).not.toBe(2);
  });

  it('leaves it where it is the value of an option', () => {
    const args = ['cut', '--session', id, '--reason', 'r'];
    expect(idsAsOperands(args)).toEqual(args);
  });

  it('leaves options, and what already stands behind the dashes', () => {
    for (const args of [
      ['session', 'ls', '--limit', '5'],
      ['explain', '--', id],
      ['-h'],
      ['serve', '--an-option-of-letters'],
    ]) {
      expect(idsAsOperands(args)).toEqual(args);
    }
  });
});
