import type { Handle, Revision, Thumbprint } from '@creance/proto';

/** A token key as the log holds it. */
export interface LoggedTokenKey {
  readonly keyId: Thumbprint;
  readonly x: string;
  readonly y: string;
  /** Unix seconds from which on its tokens are refused. */
  readonly retireAt: number;
}

/** One row of the revocation log. */
export interface LogRow {
  readonly revision: Revision;
  readonly entry:
    | { readonly kind: 'handle'; readonly handle: Handle; readonly absolute: boolean }
    | { readonly kind: 'before'; readonly before: Revision }
    | { readonly kind: 'token-key'; readonly key: LoggedTokenKey }
    | { readonly kind: 'key-cut'; readonly keyId: Thumbprint };
}
