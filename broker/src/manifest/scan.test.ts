import { describe, expect, it } from 'vitest';
import { manifestBounds } from './bounds.js';
import { linesOf } from './characters.js';
import { parseManifest } from './parse.js';
import { scanText } from './scan.js';

function codesOf(text: string): string[] {
  const parsed = parseManifest(text, 'creance.yaml', { dev: true });
  return parsed.ok ? [] : parsed.error.map(({ column, code }) => `${column} ${code}`);
}

const manifestOf = (contact: string) =>
  `apiVersion: creance/v1\nowners: { o: { contact: x } }\noperators:\n p:\n  ${contact}\n  roles: [viewer]\n`;

describe('scanText', () => {
  it('reads a good manifest to its end', () => {
    expect(scanText('a: [b, { c: "d" }]\n')).toMatchObject({ findings: [], tokens: [{}] });
  });

  // breaks when: #isChaos does not count error tokens (the composer then makes an Error of each)
  it('stops after so many syntax errors', () => {
    const text = '- "a" ]\n'.repeat(5_000);
    const { findings, tokens } = scanText(text);
    expect(tokens).toBeUndefined();
    expect(findings.map(({ code }) => code)).toEqual(['syntax']);
    const { line } = linesOf(text).linePos(findings[0]?.offset ?? text.length);
    expect(line).toBeLessThan(manifestBounds.faults);
  });

  // breaks when: #isChaos does not count findings
  it.each(['&a b', '*a', '!a b'])('stops after so many refused parts: %s', (part) => {
    const { findings, tokens } = scanText(`owners:\n${` a: ${part}\n`.repeat(5_000)}`);
    expect(tokens).toBeUndefined();
    expect(findings.length).toBeLessThanOrEqual(manifestBounds.faults + 2);
  });

  it('takes a block of text for text, whatever sign it begins with', () => {
    const block = (sign: string) =>
      `apiVersion: creance/v1\nowners:\n o:\n  contact: |-\n   ${sign}all\n`;
    for (const sign of ['*', '&', '!', '%', '---', '#']) expect(codesOf(block(sign))).toEqual([]);
  });

  // breaks when: step asks for the kind of a text that follows its mark
  it('takes a text that must not begin so for a faulty text', () => {
    expect(codesOf(manifestOf('k: %a'))).toEqual(['6 syntax']);
  });

  // breaks when: syntax.ts does not know a fault as one that the scan has named
  it.each([
    ['? *\n  : 1', ['5 alias_refused', '5 key_not_text']],
    ['k: *', ['3 key_unknown', '6 alias_refused']],
    ['k: & 1', ['3 key_unknown', '6 anchor_refused']],
    ['k: &a &b 1', ['3 key_unknown', '6 anchor_refused', '9 anchor_refused']],
    ['k: &a *b', ['3 key_unknown', '6 anchor_refused', '9 alias_refused']],
    ['k: !a 1', ['3 key_unknown', '6 tag_refused']],
    ['k: !a !b 1', ['3 key_unknown', '6 tag_refused', '9 tag_refused']],
    ['k: !<a 1', ['3 key_unknown', '6 tag_refused']],
  ])('names a refused part once: %j', (entry, codes) => {
    expect(codesOf(manifestOf(entry))).toEqual(codes);
  });

  it('names a refused directive once', () => {
    for (const directive of ['%YAML 3.0', '%YAML', '%TAG ! a', '%A']) {
      expect(codesOf(`${directive}\n---\n${manifestOf('#')}`)).toEqual(['1 directive_refused']);
    }
    expect(codesOf('%A\n')).toEqual(['1 directive_refused', '1 syntax']);
  });

  // breaks when: bound.ts resolves keys without a place for their faults, which throws
  it('finds the path of a part below a key that is not YAML', () => {
    expect(codesOf(manifestOf('"\\z": &a 1'))).toEqual(['4 syntax', '9 anchor_refused']);
  });
});
