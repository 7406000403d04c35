import type { AccessRule } from '../domain/access.js';
import type { ProvedRule } from './admission.js';
import { type Pipeline, type RawUnary, type UnaryMethod, unary } from './pipeline.js';

/** Makes the handler of a unary method from its row, its way in, its verb and its way out. */
export type MakeUnary = <Ask, Answer>(
  rule: AccessRule,
  way: Omit<UnaryMethod<Ask, Answer>, 'rule' | 'bytesMax'> & { readonly bytesMax?: number },
) => RawUnary;

/** Makers of handlers whose messages are as large as `limits.messageBytes`, unless they say otherwise. */
export function unaryMethods(pipeline: Pipeline): MakeUnary {
  return (rule, way) =>
    unary(pipeline, { bytesMax: pipeline.limits.messageBytes, ...way, rule: proved(rule) });
}

/** What comes through the pipeline is proved; the table may not say otherwise. */
export function proved(rule: AccessRule): ProvedRule {
  if (rule.by === 'anyone') throw new Error('a method of creance.v1 is open to anyone');
  return rule;
}
