import {
  ApplyManifestRequest,
  ApplyManifestResponse,
  ListManifestVersionsResponse,
  PlanManifestRequest,
  PlanManifestResponse,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { rollback } from './apply.js';
import { DoubleLine, DoubleOutput } from './double-line.js';

const service = '/creance.v1.RegistryService/';
const flags = {
  data: './creance-data',
  prune: false,
  yes: true,
  reason: 'a test',
  o: 'json',
  version: undefined,
} as const;

/** A broker that keeps versions, each with the one that it rolled back to, oldest first. */
class Kept extends DoubleLine {
  readonly versions: { version: bigint; rolledBackTo: bigint }[];

  constructor(...rolledBackTo: number[]) {
    super({
      [`${service}ListManifestVersions`]: () =>
        ListManifestVersionsResponse.encode({
          versions: this.versions.toReversed().map((one) => ({
            hash: '',
            author: 'dev',
            appliedUnixMicros: 0n,
            reason: '',
            widenings: 0,
            ...one,
          })),
        }).finish(),
      [`${service}PlanManifest`]: () =>
        PlanManifestResponse.encode({
          version: BigInt(this.versions.length),
          changes: [{ path: 'a', before: '1', after: '2', widens: '', sessions: 0 }],
          leftOut: 0,
          widenings: 0,
          sessionsEnding: 0,
        }).finish(),
      [`${service}ApplyManifest`]: (request) => {
        const { source } = ApplyManifestRequest.decode(request);
        if (source?.$case !== 'version') throw new Error('a rollback names a version');
        const version = BigInt(this.versions.length + 1);
        this.versions.push({ version, rolledBackTo: source.value });
        const counts = { sessionsEnded: 0, changes: 1, widenings: 0, waits: undefined };
        return ApplyManifestResponse.encode({ version, ...counts }).finish();
      },
    });
    this.versions = rolledBackTo.map((to, at) => ({
      version: BigInt(at + 1),
      rolledBackTo: BigInt(to),
    }));
  }

  /** The versions that were asked for, in turn. */
  get planned(): unknown[] {
    return this.asked
      .filter(({ method }) => method.endsWith('PlanManifest'))
      .map(({ request }) => PlanManifestRequest.decode(request).source?.value);
  }
}

describe('a rollback that names no version', () => {
  // breaks when: the version before in the list is taken, which is what the last rollback has left
  it('goes one further back each time, and never returns to what it left', async () => {
    const line = new Kept(0, 0, 0);
    await rollback(line, flags, new DoubleOutput());
    await rollback(line, flags, new DoubleOutput());
    expect(line.planned).toEqual([2n, 1n]);
    const third = rollback(line, flags, new DoubleOutput());
    await expect(third).rejects.toThrow('no earlier version is kept; kept: 5, 4, 3, 2, 1');
    expect(line.planned).toEqual([2n, 1n]);
  });

  it('goes to what was in force before a change that came after a rollback', async () => {
    // 1, 2, back to 1, then 4: before it the text of 1 was in force, and not that of 2.
    const line = new Kept(0, 0, 1, 0);
    await rollback(line, flags, new DoubleOutput());
    expect(line.planned).toEqual([1n]);
  });

  it('refuses when nothing earlier is kept, and when what it rolled back to is forgotten', async () => {
    await expect(rollback(new Kept(0), flags, new DoubleOutput())).rejects.toThrow('fix');
    await expect(rollback(new Kept(), flags, new DoubleOutput())).rejects.toThrow('kept: none');
    const forgotten = new Kept(0, 0);
    forgotten.versions.splice(0, 2, { version: 7n, rolledBackTo: 3n });
    await expect(rollback(forgotten, flags, new DoubleOutput())).rejects.toThrow('kept: 7');
  });

  it('ends, though a broker says that versions roll back to each other', async () => {
    const line = new Kept(2, 1);
    await expect(rollback(line, flags, new DoubleOutput())).rejects.toThrow('no earlier version');
  });
});
