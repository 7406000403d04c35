import type { HistoryAsk } from '../../domain/history.js';
import { limits } from '../../domain/limits.js';

/** Whether a line is one, and one that is wanted. What a disk has spoilt is none. */
export function wanted(line: Buffer, { workload, sinceMillis }: HistoryAsk): boolean {
  if (line.length > limits.historyLineBytes + 1) return false;
  const fields = fieldsOf(line);
  if (fields === undefined) return false;
  const { actor, t_ms: millis } = fields;
  if (typeof actor !== 'string' || typeof millis !== 'number') return false;
  return (workload === undefined || actor === workload) && millis >= sinceMillis;
}

function fieldsOf(line: Buffer): { readonly actor?: unknown; readonly t_ms?: unknown } | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
