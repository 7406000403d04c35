/** Roles of operators. */
export const roles = ['viewer', 'registrar', 'policy', 'security', 'keys', 'auditor'] as const;

/** Somebody who calls, by what they have. */
export type CallerName =
  | 'nobody'
  | 'new-key'
  | 'workload'
  | 'verifier'
  | `operator/${(typeof roles)[number]}`
  | 'dev-owner'
  | 'revoked workload'
  | 'revoked operator/security'
  | 'ended verifier'
  | 'thief of a workload session';

/** Everybody who may call. */
export const callers: readonly CallerName[] = [
  'nobody',
  'new-key',
  'workload',
  'verifier',
  ...roles.map((role) => `operator/${role}` as const),
  'dev-owner',
  'revoked workload',
  'revoked operator/security',
  'ended verifier',
  'thief of a workload session',
];

/** One method of the edge, as this test expects it. */
export interface Row {
  /** Who comes in. Everybody else is refused by name. */
  readonly admits: readonly CallerName[];
  /** Whether a proof without the digest of the request is refused. */
  readonly digest: boolean;
  /** Whether a second proof, by a key that has no session, must come along. */
  readonly newKey?: boolean;
  /** A request that changes nothing that another row needs. */
  readonly request: Uint8Array;
  /** How it is answered to whoever comes in; `ok` where nothing is said. */
  readonly answer?: string;
}

/** What the rows are about. */
export interface Sacrifices {
  /** Sessions to end and to hold, 16 bytes. */
  readonly toCut: Buffer;
  readonly toHold: Buffer;
  /** Thumbprint of the key that the second proofs are by. */
  readonly newKey: string;
}
