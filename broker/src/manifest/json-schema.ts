import { z } from 'zod';
import { keyWords } from './key-words.js';
import { manifestSchema } from './schema.js';

/** A part of a JSON Schema, as zod writes it. */
export type SchemaPart = z.core.JSONSchema.BaseSchema;

/** One place of the manifest with what is said of it. */
export interface DescribedPlace {
  readonly path: string;
  readonly words: string;
  readonly part: SchemaPart;
  readonly isRequired: boolean;
}

/**
 * The JSON Schema of a manifest (draft 7, which editors know), made from the schema that checks it, with
 * words for every key. What one place says of another is not in it: `creance plan` says that.
 *
 * @throws {Error} When a key has no words, or words have no key.
 */
export function manifestJsonSchema(): SchemaPart {
  const schema = z.toJSONSchema(manifestSchema, { io: 'input', target: 'draft-7' }) as SchemaPart;
  const said = new Set<string>();
  for (const { path, words, part } of placesOf(schema)) {
    said.add(wordsKey(path));
    part.description = words;
    // The default of a whole map is what its own keys say.
    if (typeof part.default === 'object') delete part.default;
  }
  const idle = Object.keys(keyWords).filter((path) => !said.has(path));
  if (idle.length > 0) throw new Error(`words without a key: ${idle.join(', ')}`);
  return { ...schema, title: 'Creance manifest' };
}

/** Every place of the manifest, outermost first. */
export function placesOf(schema: SchemaPart): readonly DescribedPlace[] {
  return below(schema, '').flatMap(({ path, part, isRequired }) => {
    const words = keyWords[wordsKey(path)];
    if (words === undefined) throw new Error(`no words for ${path}: add them to key-words.ts`);
    return [{ path, words, part, isRequired }];
  });
}

interface Place {
  readonly path: string;
  readonly part: SchemaPart;
  readonly isRequired: boolean;
}

function below(part: SchemaPart, path: string): readonly Place[] {
  const under = (step: string) => (path === '' ? step : `${path}.${step}`);
  const isPart = (one: unknown): one is SchemaPart => typeof one === 'object' && one !== null;
  const inner: Place[] = [
    ...Object.entries(part.properties ?? {}).flatMap(([key, value]) =>
      isPart(value)
        ? [{ path: under(key), part: value, isRequired: part.required?.includes(key) === true }]
        : [],
    ),
    ...[[part.additionalProperties, '*'] as const, [part.items, '[]'] as const].flatMap(
      ([value, step]) =>
        isPart(value) && !Array.isArray(value)
          ? [{ path: under(step), part: value as SchemaPart, isRequired: false }]
          : [],
    ),
  ];
  return inner.flatMap((place) => [place, ...below(place.part, place.path)]);
}

/** The rules of the watch share their words. */
function wordsKey(path: string): string {
  return path.replace(/(\.rules\.)\w+$/, '$1*');
}
