import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { initText, schemaPath } from '../cli/init-text.js';
import { manifestJsonSchema, placesOf } from './json-schema.js';
import { keyWords } from './key-words.js';
import { manifestReference } from './reference.js';

const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');

describe('the JSON Schema of a manifest', () => {
  // breaks when: a key is added to the schema without words, or the files are not generated again
  it('is the one in the package, and so is the reference', () => {
    expect(JSON.parse(read('../../creance.schema.json'))).toEqual(
      JSON.parse(JSON.stringify(manifestJsonSchema())),
    );
    expect(read('../../../docs/reference/manifest.md')).toBe(manifestReference());
  });

  it('has words for every key, and every key once', () => {
    const places = placesOf(manifestJsonSchema());
    expect(places.length).toBeGreaterThanOrEqual(Object.keys(keyWords).length);
    expect(new Set(places.map(({ path }) => path)).size).toBe(places.length);
    for (const { part } of places) expect(part.description).toMatch(/^[A-Z].*\.$|^[a-z].*\.$/);
  });

  it('is what the header of a new manifest names', () => {
    expect(initText.split('\n')[0]).toBe(`# yaml-language-server: $schema=${schemaPath}`);
    expect(schemaPath).toMatch(/@creance\/broker\/creance\.schema\.json$/);
  });
});
