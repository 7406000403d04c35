import { z } from 'zod';
import { manifestSchema } from './schema.js';
import type { Path } from './words.js';

/** The schema of a place, so that what is said of it cannot drift from what is checked there. */
export function schemaAt(path: Path): z.ZodType | undefined {
  let schema: unknown = manifestSchema;
  for (const step of path) schema = child(bare(schema), step);
  const found = bare(schema);
  return found instanceof z.ZodType ? found : undefined;
}

/** The keys that a map of the file may have; none where names are free. */
export function keysAt(path: Path): readonly string[] {
  const schema = schemaAt(path);
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function child(schema: unknown, step: string | number): unknown {
  if (schema instanceof z.ZodArray) return schema.element;
  if (schema instanceof z.ZodRecord) return schema.valueType;
  if (!(schema instanceof z.ZodObject)) return undefined;
  return Object.hasOwn(schema.shape, step) ? schema.shape[step] : undefined;
}

function bare(schema: unknown): unknown {
  const isWrapped = schema instanceof z.ZodDefault || schema instanceof z.ZodOptional;
  return isWrapped ? bare(schema.unwrap()) : schema;
}
