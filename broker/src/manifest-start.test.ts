import { ok, refuse } from '@creance/proto';
import { describe, expect, it } from 'vitest';
import { registryOf } from './doubles/registries.js';
import { startingManifest } from './manifest-start.js';
import type { ManifestText } from './store/store.js';

const [ofFile, ofKept] = [registryOf({ workloads: [] }), registryOf()];
const file = { text: 'file', hash: 'file', registry: ofFile };
const kept = { version: 4, text: 'kept', hash: 'kept' } as ManifestText;
const check = () => ok({ text: 'kept', hash: 'kept', registry: ofKept });
const faulty = () => refuse({ reason: 'manifest_faulty' as const, fields: [] });

describe('startingManifest', () => {
  it('takes the file when nothing is kept, or the same', () => {
    const byFile = {
      ok: true,
      value: { registry: ofFile, takesFile: true, insteadOfFile: undefined },
    };
    const parts = { file, check, fileWins: false };
    expect(startingManifest({ ...parts, kept: undefined })).toEqual(byFile);
    expect(startingManifest({ ...parts, kept: { ...kept, hash: 'file' } })).toEqual(byFile);
  });

  // breaks when: an old file at a restart takes back what was applied since
  it('keeps what was applied though the file says otherwise, and says so', () => {
    expect(startingManifest({ file, kept, check, fileWins: false })).toEqual({
      ok: true,
      value: { registry: ofKept, takesFile: false, insteadOfFile: 4 },
    });
    const reworded = { ...file, registry: ofKept };
    expect(startingManifest({ file: reworded, kept, check, fileWins: false })).toMatchObject({
      value: { takesFile: false, insteadOfFile: undefined },
    });
  });

  it('takes the file where it wins, even when what is kept has faults', () => {
    for (const checked of [check, faulty])
      expect(startingManifest({ file, kept, check: checked, fileWins: true })).toMatchObject({
        value: { takesFile: true },
      });
  });

  it('does not start on a kept version with faults, nor fall back to the file', () => {
    expect(startingManifest({ file, kept, check: faulty, fileWins: false })).toMatchObject({
      ok: false,
      error: { code: 'manifest_faulty' },
    });
  });
});
