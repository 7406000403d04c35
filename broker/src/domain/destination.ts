import type { DestinationFault, DestinationHash, DestinationKind, Result } from '@creance/proto';

/**
 * Hashes a destination by the key of its resource, which is named as it is registered. Only the hash is
 * kept of what somebody declares.
 */
export type HashDestination = (
  resource: string,
  kind: DestinationKind,
  value: string,
) => Result<DestinationHash, DestinationFault>;
