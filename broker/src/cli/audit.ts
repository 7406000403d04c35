import { join } from 'node:path';
import { verifyAudit } from '../store/index.js';
import { readPublicKeys } from '../tokens/key-files.js';
import { CommandFailed, type Format, type Output, print } from './output.js';

/** What the auditor holds from elsewhere, as the flags name it. */
export interface AuditFlags {
  readonly data: string;
  readonly o: Format;
  /** `sequence:hash` of a record noted earlier: finds a tail that was cut off. */
  readonly expect?: string;
  /** The same of records that verifiers have seen. */
  readonly head?: readonly string[];
}

/** Verifies the audit of a data folder, offline or beside a running broker; fails when it was touched. */
export function auditVerify(flags: AuditFlags, output: Output): void {
  const keys = readPublicKeys(join(flags.data, 'keys'), 'audit');
  const expected = flags.expect === undefined ? [] : [markOf('--expect', flags.expect)];
  const seen = (flags.head ?? []).map((text) => markOf('--head', text));
  const verdict = verifyAudit(flags.data, {
    publicKeys: (keyId) => keys.get(keyId),
    seen: [...expected, ...seen],
  });
  print(verdict, () => words(verdict), flags.o, output);
  if (verdict.fault !== undefined) throw new CommandFailed('the audit is not what was written', 4);
}

function words({ records, checkpoints, fault, last }: ReturnType<typeof verifyAudit>): string {
  const head = last === undefined ? '' : `; head ${last.sequence}:${last.hash}`;
  const counted = `${records} records, ${checkpoints} signed checkpoints${head}`;
  if (fault === undefined) return `the audit is whole: ${counted}`;
  return `the audit is broken at record ${fault.sequence}: ${fault.code} (${counted} before it)`;
}

function markOf(flag: string, text: string): { sequence: number; hash: string } {
  const match = /^(\d{1,15}):([A-Za-z0-9_-]{43})$/.exec(text);
  if (match === null) {
    throw new CommandFailed(`${flag} takes sequence:hash, as audit verify prints it`, 2);
  }
  return { sequence: Number(match[1]), hash: match[2] ?? '' };
}
