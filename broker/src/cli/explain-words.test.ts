import { describe, expect, it } from 'vitest';
import { shownDecision, shownSession } from './double-explained.js';
import { decisionText, dottedAction, inOrder, riskText } from './explain-words.js';

describe('riskText', () => {
  // breaks when: a risk is rounded: then one that has not reached a threshold reads as if it had
  it.each([
    [0.9499, '0.94'],
    [0.95, '0.95'],
    [0.55, '0.55'],
    [0, '0.00'],
    [1, '1.00'],
  ])('never says more than there is: %d', (risk, text) => {
    expect(riskText(risk)).toBe(text);
  });
});

describe('decisionText', () => {
  it.each([
    [{}, 'suspend, decided by pace and chain'],
    [
      { done: 'narrow', because: 'capped' },
      'suspend: narrow instead, capped, decided by pace and chain',
    ],
    [{ done: 'would have', kinds: [] }, 'suspend: would have'],
    [{ done: 'alert', kinds: ['pace'] }, 'suspend: told only, decided by pace'],
    [{ kinds: ['pace', 'chain', 'origin'] }, 'suspend, decided by pace, chain and origin'],
  ] as const)('says what came of it: %j', (parts, text) => {
    expect(decisionText(shownDecision(parts))).toBe(text);
  });
});

describe('inOrder', () => {
  const names = (sessions: Parameters<typeof inOrder>[0]) =>
    inOrder(sessions).map(({ session, depth }) => `${depth} ${session.workload}`);

  it('puts children behind their parents, in the order of the list', () => {
    const root = shownSession('root');
    const one = shownSession('one', { parent: root.session });
    const two = shownSession('two', { parent: root.session });
    const below = shownSession('below', { parent: one.session });
    expect(names([root, one, two, below])).toEqual(['0 root', '1 one', '2 below', '1 two']);
  });

  it('does not lose a session whose parent is not watched, nor hang on a ring', () => {
    const lost = shownSession('lost', { parent: shownSession('gone').session });
    expect(names([lost])).toEqual(['0 lost']);
    const [a, b] = [shownSession('a'), shownSession('b')];
    expect(names([{ ...a, parent: b.session }, { ...b, parent: a.session }, lost])).toEqual([
      '0 lost',
    ]);
  });
});

describe('dottedAction', () => {
  it('names the resource alone where there is no action', () => {
    expect(dottedAction({ resource: 'crm', action: '' })).toBe('crm');
    expect(dottedAction({ resource: 'crm', action: 'contacts.read' })).toBe('crm.contacts.read');
  });
});
