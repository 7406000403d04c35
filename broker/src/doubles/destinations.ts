import { DestinationKeys } from '../tokens/destination-keys.js';

/** For tests: the keys of destinations, always the same. */
export const destinationKeys: DestinationKeys = new DestinationKeys(new Uint8Array(32).fill(7));
