import { printableAscii, printableText } from './words.js';

/** What can be wrong with a manifest: stable, for tests, tools and documents. */
export type FaultCode =
  | 'action_malformed'
  | 'alias_refused'
  | 'anchor_refused'
  | 'api_version_unknown'
  | 'approval_ambiguous'
  | 'audience_duplicate'
  | 'audience_insecure'
  | 'audience_malformed'
  | 'byte_order_mark'
  | 'canary_granted'
  | 'character_refused'
  | 'contact_malformed'
  | 'destination_malformed'
  | 'directive_refused'
  | 'documents_several'
  | 'entries_none'
  | 'entries_too_many'
  | 'file_empty'
  | 'file_not_utf8'
  | 'file_too_large'
  | 'file_unreadable'
  | 'grant_duplicate'
  | 'indent_by_tab'
  | 'issuer_invalid_outside_dev'
  | 'issuer_malformed'
  | 'item_duplicate'
  | 'key_duplicate'
  | 'key_missing'
  | 'key_not_text'
  | 'key_unknown'
  | 'lifetime_best_effort'
  | 'lines_too_many'
  | 'merge_key_refused'
  | 'name_malformed'
  | 'name_reserved'
  | 'nesting_too_deep'
  | 'number_malformed'
  | 'number_out_of_range'
  | 'owner_unknown'
  | 'receiver_insecure'
  | 'receiver_malformed'
  | 'resource_unknown'
  | 'scope_malformed'
  | 'scope_unknown'
  | 'step_ambiguous'
  | 'step_malformed'
  | 'syntax'
  | 'tag_refused'
  | 'text_too_long'
  | 'transition_malformed'
  | 'type_wrong'
  | 'value_missing'
  | 'value_unknown'
  | 'workload_unknown';

/** One thing that is wrong, where it is, and how to put it right. */
export interface ManifestFault {
  /** Stable name of what is wrong. */
  readonly code: FaultCode;
  /** The file as it was named to the broker. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 code units, as editors count. */
  readonly column: number;
  /** The place in the manifest, as `workloads.a.grants[0].resource`; empty for the whole file. */
  readonly path: string;
  readonly problem: string;
  readonly fix: string;
}

/** Every fault of a file, by position; never empty. */
export type ManifestFaults = readonly ManifestFault[];

/**
 * One line a fault: `creance.yaml:12:7 a.path: problem — fix: fix`. Safe to print: whatever the file
 * holds, no control character and no look-alike letter reaches the terminal unescaped.
 */
export function formatFaults(faults: ManifestFaults): string {
  return faults.map(formatFault).join('\n');
}

function formatFault({ file, line, column, path, problem, fix }: ManifestFault): string {
  const place = `${printableText(file)}:${line}:${column}`;
  const what = `${printableAscii(problem)} — fix: ${printableAscii(fix)}`;
  return path === '' ? `${place}: ${what}` : `${place} ${printableAscii(path)}: ${what}`;
}
