import { describe, expect, it } from 'vitest';
import { formatFaults, type ManifestFault } from './fault.js';
import { parseManifest } from './parse.js';

const fault: ManifestFault = {
  code: 'resource_unknown',
  file: 'creance.yaml',
  line: 12,
  column: 7,
  path: 'workloads.support-triage.grants[0].resource',
  problem: 'there is no resource "crn"',
  fix: 'did you mean "crm"? resources are defined under "resources:"',
};

describe('formatFaults', () => {
  it('gives one line a fault: place, path, problem and fix', () => {
    expect(formatFaults([fault, { ...fault, path: '' }])).toBe(
      'creance.yaml:12:7 workloads.support-triage.grants[0].resource: there is no resource "crn" — fix: did you mean "crm"? resources are defined under "resources:"\n' +
        'creance.yaml:12:7: there is no resource "crn" — fix: did you mean "crm"? resources are defined under "resources:"',
    );
  });

  it('keeps a fault in its line, whatever its file is called', () => {
    const file = '\u00fcbung\u001b[2J\n\u202e.yaml';
    expect(formatFaults([{ ...fault, file }])).toMatch(
      /^\u00fcbung\\u001b\[2J\\u000a\\u202e\.yaml:12:7 /,
    );
  });

  it('escapes whatever a fault says', () => {
    const said = { path: 'a\u001b', problem: 'b\u001b\u0430', fix: 'c\n' };
    expect(formatFaults([{ ...fault, ...said }])).toBe(
      'creance.yaml:12:7 a\\u001b: b\\u001b\\u0430 — fix: c\\u000a',
    );
  });

  // breaks when: formatFault prints path, problem or fix as they are, or words.ts quotes without escaping
  it.each([
    ['owners: { "\\e]0;owned\\a\\r\\u0430\\u202e": 1 }'],
    ['"\\e[2J": 1'],
    ['owners: { a: { contact: "\\x9b2J\\u2028" } }'],
    ['owners: \u001b[2J'],
    ['operators: { a: { roles: ["\u0441rm", "\\e[2J"] } }'],
    ['"\\0": "\\z"'],
  ])('lets no control character and no look-alike letter reach a terminal: %j', (text) => {
    const parsed = parseManifest(`apiVersion: creance/v1\n${text}`, 'a.yaml', { dev: true });
    const faults = parsed.ok ? [] : parsed.error;
    expect(faults.length).toBeGreaterThan(0);
    expect(formatFaults(faults).replaceAll(' — fix: ', '')).toMatch(/^[\x20-\x7e\n]+$/);
    expect(formatFaults(faults).split('\n')).toHaveLength(faults.length);
  });
});
