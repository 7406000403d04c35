import type { Metadata } from '@grpc/grpc-js';
import type { Identity } from '../identity.js';

const opaqueKey = 'creance.identity';

/** Lets the identity go along with the call. Peers cannot send opaque entries. */
export function attachIdentity(metadata: Metadata, identity: Identity): void {
  metadata.setOpaque(opaqueKey, identity);
}

/**
 * Who makes a call, inside its handler. Throws where the call has not come through the interceptor, or
 * its method is unprotected: there is nobody to name.
 */
export function identityOf({ metadata }: { readonly metadata: Metadata }): Identity {
  const identity = metadata.getOpaque(opaqueKey);
  if (identity === undefined) throw new Error('the call is not protected by the interceptor');
  return identity as Identity;
}
