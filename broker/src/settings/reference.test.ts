import { describe, expect, it } from 'vitest';
import { settingsReference } from './reference.js';
import { settings } from './table.js';
import { knownVariables } from './variables.js';

describe('settingsReference', () => {
  it('has a row for every setting and every variable', () => {
    const page = settingsReference();
    for (const { flag, form } of settings)
      expect(page).toContain(`| \`${form === undefined ? flag : `${flag} ${form}`}\` |`);
    for (const name of knownVariables()) expect(page).toContain(`\`${name}\``);
  });

  // breaks when: a setting holds a secret itself, which would then stand on command lines and in files
  it('says that only join strings are secret', () => {
    const secret = [...settingsReference().matchAll(/^\| `(\w+)` \|.*\| yes \|/gm)];
    expect(secret.map(([, name]) => name)).toEqual(['CREANCE_JOIN']);
  });
});
