import type { Peer } from './peer.js';

/** The peers in Go, where they were built: `bench/peers/build.sh`. */
export async function startGoPeers(): Promise<readonly Peer[]> {
  return [];
}
