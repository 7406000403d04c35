import { describe, expect, it } from 'vitest';
import { NamedActions } from './named-actions.js';
import { Names, otherName } from './names.js';

describe('NamedActions', () => {
  it('gives an action the number of its name, and finds it again', () => {
    const named = new NamedActions(new Names(10, 10, () => {}));
    const first = named.name('crm', 'read', true);
    expect([first.name, first.id]).toEqual(['crm read', 1]);
    expect(named.find('crm', 'read')).toBe(first);
    expect(named.find('crm', 'write')).toBe(undefined);
  });

  // breaks when: a name that was only told gets a number
  it('gives no number to what may not be learned, and that of one that has it', () => {
    const names = new Names(10, 10, () => {});
    const named = new NamedActions(names);
    expect([named.name('crm', 'read', false).id, names.size]).toEqual([otherName, 0]);
    named.name('crm', 'read', true);
    expect(named.name('crm', 'read', false).id).toBe(1);
  });

  it('keeps no more than has a number', () => {
    const named = new NamedActions(new Names(2, 10, () => {}));
    for (let at = 0; at < 50; at += 1) named.name('crm', `read-${at}`, true);
    const found = Array.from({ length: 50 }, (_, at) => named.find('crm', `read-${at}`));
    expect(found.filter((one) => one !== undefined).length).toBe(2);
  });

  it('tells resource and action apart where they are joined alike', () => {
    const named = new NamedActions(new Names(10, 10, () => {}));
    named.name('crm', 'a b', true);
    expect(named.find('crm a', 'b')).toBe(undefined);
  });
});
