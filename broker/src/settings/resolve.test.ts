import { describe, expect, it } from 'vitest';
import type { SettingsFile } from './file.js';
import { resolveSettings, type SettingSources } from './resolve.js';
import { settings } from './table.js';

function fileOf(values: Readonly<Record<string, unknown>>): SettingsFile {
  const keys = Object.keys(values);
  const placeOf = (key: string) => (keys.includes(key) ? `${keys.indexOf(key) + 1}:1` : undefined);
  return { file: 'creance.config.yaml', values, placeOf };
}

const nobody: SettingSources = { flags: {}, environment: {}, file: undefined };

function resolved(sources: Partial<SettingSources>) {
  const found = resolveSettings({ ...nobody, ...sources });
  if (!found.ok) throw new Error(JSON.stringify(found.error));
  return found.value;
}

describe('resolveSettings', () => {
  it('takes the default where nobody says anything', () => {
    for (const { name, byDefault } of settings)
      expect(resolved({})[name]).toEqual({ value: byDefault, origin: 'default' });
  });

  // breaks when: two of the four are looked at in another order
  it('takes a flag before a variable, a variable before the file, the file before the default', () => {
    const flags = { listen: '127.0.0.1:1' };
    const environment = { CREANCE_LISTEN: '127.0.0.1:2' };
    const file = fileOf({ listen: '127.0.0.1:3' });
    expect(resolved({ flags, environment, file }).listen).toEqual({
      value: '127.0.0.1:1',
      origin: 'flag --listen',
    });
    expect(resolved({ environment, file }).listen).toEqual({
      value: '127.0.0.1:2',
      origin: 'env CREANCE_LISTEN',
    });
    expect(resolved({ file }).listen).toEqual({
      value: '127.0.0.1:3',
      origin: 'creance.config.yaml:1:1',
    });
  });

  it.each(['', '  '])('counts the variable %j as none', (text) => {
    const environment = { CREANCE_LISTEN: text, CREANCE_HISTORY_MEGABYTES: text };
    expect(resolved({ environment })).toMatchObject({
      listen: { origin: 'default' },
      historyMegabytes: { value: 64, origin: 'default' },
    });
  });

  // breaks when: zero or an empty list of the file counts as nothing
  it('takes what a file says, also when it is nothing', () => {
    const file = fileOf({ historyMegabytes: 0, providerAsns: [] });
    expect(resolved({ file })).toMatchObject({
      historyMegabytes: { value: 0, origin: 'creance.config.yaml:1:1' },
      providerAsns: { value: [], origin: 'creance.config.yaml:2:1' },
    });
  });

  it('reads numbers and lists from flags and variables alike', () => {
    const flags = { historyMegabytes: '0', providerAsns: '64500, 64501' };
    const environment = { CREANCE_LOG_LEVEL: 'debug' };
    expect(resolved({ flags, environment })).toMatchObject({
      historyMegabytes: { value: 0 },
      providerAsns: { value: [64_500, 64_501] },
      logLevel: { value: 'debug' },
    });
  });

  it('tells every fault at once, with who said it', () => {
    const flags = { historyMegabytes: 'many', providerAsns: '1,,2' };
    const environment = { CREANCE_LOG_LEVEL: 'warm', CREANCE_RESTORED: 'true' };
    const found = resolveSettings({ ...nobody, flags, environment });
    expect(found).toMatchObject({
      ok: false,
      error: [
        { code: 'setting_malformed', lines: ['flag --provider-asns says "1,,2"'] },
        { code: 'setting_malformed', lines: ['flag --history-megabytes says "many"'] },
        {
          code: 'setting_malformed',
          lines: ['env CREANCE_LOG_LEVEL says "warm"'],
          fix: expect.stringContaining('did you mean "warn"?'),
        },
      ],
    });
  });

  // breaks when: an act of one start gets a variable or a key: every start would end all sessions
  it('lets only a flag say that the data were restored', () => {
    const environment = { CREANCE_RESTORED: 'true', CREANCE_TAKE_MANIFEST: 'true' };
    const file = fileOf({ restored: true, takeManifest: true });
    expect(resolved({ environment, file })).toMatchObject({
      restored: { value: false, origin: 'default' },
      takeManifest: { value: false, origin: 'default' },
    });
    expect(resolved({ flags: { restored: true } }).restored).toEqual({
      value: true,
      origin: 'flag --restored',
    });
  });
});
