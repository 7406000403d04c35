import { readFileSync } from 'node:fs';
import { type NetworkSources, Networks } from './detect/live/networks.js';

/** Databases by path; all may be left out. */
export interface NetworkFiles {
  readonly asnDatabase: string | undefined;
  readonly cityDatabase: string | undefined;
  readonly providerAsns: readonly number[];
}

/** Reads the databases of networks and notes what cannot be read, or is no database. */
export function readNetworks(
  { asnDatabase, cityDatabase, providerAsns }: NetworkFiles,
  note: (code: string, line: string, fix: string, of?: 'asnDatabase' | 'cityDatabase') => void,
): NetworkSources {
  const none = { asn: undefined, city: undefined, providerAsns: new Set(providerAsns) };
  const read = (kind: 'asn' | 'city', file: string | undefined): Buffer | undefined => {
    if (file === undefined) return undefined;
    try {
      const database = readFileSync(file);
      new Networks({ ...none, [kind]: database });
      return database;
    } catch (error) {
      const line = `${file} is no database of networks: ${(error as Error).message}`;
      note(
        'network_database_unreadable',
        line,
        'name a file in the MaxMind DB format',
        `${kind}Database`,
      );
      return undefined;
    }
  };
  return { ...none, asn: read('asn', asnDatabase), city: read('city', cityDatabase) };
}
