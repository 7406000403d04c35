import { stripVTControlCharacters } from 'node:util';
import {
  GetManifestResponse,
  ListSessionsResponse,
  SessionKind,
  SessionState,
  SessionSummary,
} from '@creance/proto/wire';
import { describe, expect, it, vi } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { manifestText } from './double-hostile.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { listSessions, listVerifiers } from './lists.js';

const flags = { o: 'table', limit: 10 } as const;
const summary = (at: number, rest: Partial<SessionSummary>) =>
  SessionSummary.fromPartial({
    sessionId: wireHandle(sessionIdOf(at)),
    kind: SessionKind.SESSION_KIND_WORKLOAD,
    name: 'support-triage',
    owner: 'support-platform',
    state: SessionState.SESSION_STATE_SUSPENDED,
    activeUnixMicros: BigInt(Date.now()) * 1_000n,
    ...rest,
  });
const listing = (...sessions: SessionSummary[]) => ({
  ListSessions: () => ListSessionsResponse.encode({ sessions, nextPageToken: '' }).finish(),
  '/creance.v1.RegistryService/GetManifest': () =>
    GetManifestResponse.encode(GetManifestResponse.fromPartial({ text: manifestText })).finish(),
});

describe('session ls', () => {
  it('fits a terminal of 80 columns, and names the kind of what is no workload', async () => {
    const verifier = { kind: SessionKind.SESSION_KIND_VERIFIER, name: 'crm', owner: 'creance' };
    const output = new DoubleOutput();
    const opened = BigInt(Date.now()) * 1_000n;
    const rows = [
      summary(1, { openedUnixMicros: opened }),
      summary(2, { ...verifier, openedUnixMicros: opened }),
    ];
    output.columns = 80;
    await listSessions(new DoubleLine(listing(...rows)), flags, output);
    const lines = output.results.join('').split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    expect(lines[1]).toMatch(/suspended +\d+s ago +support-triage +support-platform$/);
    expect(lines[2]).toMatch(/ crm \(verifier\) +creance$/);
  });

  it.each([
    [undefined, 'session state age last seen name owner opened ends'],
    [200, 'session state age last seen name owner opened ends'],
    [110, 'session state age last seen name owner'],
    [80, 'session state last seen name owner'],
    [70, 'session state last seen name'],
    [50, 'session state name'],
  ])('leaves columns out at a width of %s', async (columns, head) => {
    const output = new DoubleOutput();
    output.columns = columns;
    await listSessions(new DoubleLine(listing(summary(1, {}))), flags, output);
    const [first = '', row = ''] = stripVTControlCharacters(output.results.join('')).split('\n');
    expect(first.replaceAll(/ +/g, ' ')).toBe(head);
    expect(row).toContain(sessionIdOf(1));
    if (columns !== undefined) expect(row.length).toBeLessThanOrEqual(columns);
  });

  // breaks when: a long name pushes the line over, or cuts the id that somebody has to copy
  it('cuts a name of 64 characters before an id', async () => {
    const output = new DoubleOutput();
    output.columns = 80;
    await listSessions(
      new DoubleLine(listing(summary(1, { name: 'n'.repeat(64) }))),
      flags,
      output,
    );
    const [, row = ''] = stripVTControlCharacters(output.results.join('')).split('\n');
    expect(row).toHaveLength(80);
    expect(row).toMatch(new RegExp(`^${sessionIdOf(1)} +suspended +n+…$`));
  });

  it('says when a session was seen last, by whichever came later', async () => {
    const micros = 1_764_000_000_000_000n;
    const output = new DoubleOutput();
    const rows = [
      summary(1, { activeUnixMicros: micros, seenUnixMicros: micros + 5_000_000n }),
      summary(2, { activeUnixMicros: micros }),
    ];
    await listSessions(new DoubleLine(listing(...rows)), { ...flags, o: 'json' }, output);
    expect(output.json).toMatchObject([
      { active: '2025-11-24T16:00:00.000Z', lastSeen: '2025-11-24T16:00:05.000Z' },
      { active: '2025-11-24T16:00:00.000Z', lastSeen: '2025-11-24T16:00:00.000Z' },
    ]);
  });

  // breaks when: what is suspended looks like all the rest, or a table on a pipe holds colours
  it('lets what is suspended stand out, where somebody sees colours', async () => {
    const shownIn = async (env: 'FORCE_COLOR' | 'NO_COLOR') => {
      vi.stubEnv('FORCE_COLOR', undefined);
      vi.stubEnv('NO_COLOR', undefined);
      vi.stubEnv(env, '1');
      const output = new DoubleOutput();
      await listSessions(new DoubleLine(listing(summary(1, {}))), flags, output);
      vi.unstubAllEnvs();
      return output.results.join('');
    };
    expect(await shownIn('FORCE_COLOR')).toContain('\u001b[33msuspended');
    expect(await shownIn('NO_COLOR')).not.toContain('\u001b');
  });

  it('has all its columns for programs', async () => {
    const output = new DoubleOutput();
    await listSessions(new DoubleLine(listing(summary(1, {}))), { ...flags, o: 'json' }, output);
    expect(Object.keys((output.json as object[])[0] ?? {})).toEqual(
      'session kind name owner state opened active lastSeen ends'.split(' '),
    );
  });

  // breaks when: a slip in a name looks as if all sessions were over
  it.each([
    [{ workload: 'triagee' }, /^none: .* no workload triagee — fix: did you mean triage\?$/],
    [
      { owner: 'nobody-at-all' },
      /^none: .* no owner nobody-at-all — fix: see creance workload ls$/,
    ],
    [{ workload: 'triage' }, /^none$/],
    [{ owner: 'creance' }, /^none$/],
    [{ workload: '__proto__' }, /no workload __proto__/],
    [{}, /^none$/],
  ])('says of an empty list whether the name is anybody: %j', async (ask, said) => {
    const output = new DoubleOutput();
    await listSessions(new DoubleLine(listing()), { ...flags, ...ask }, output);
    expect(output.said).toEqual([expect.stringMatching(said)]);
    expect(output.results).toEqual([]);
  });
});

describe('verifier ls', () => {
  it('says how far each is behind, and who does not listen at all', async () => {
    const [line, output] = [new DoubleLine({}), new DoubleOutput()];
    [line.acknowledged, line.resources, line.joined] = [
      [9, 0],
      ['crm', 'mail'],
      ['crm', 'tickets'],
    ];
    await listVerifiers(line, { o: 'json' }, output);
    expect(output.json).toMatchObject([
      { resource: 'crm', behind: 'no', lag: '' },
      { resource: 'mail', behind: 'yes', lag: 'never acknowledged' },
    ]);
    expect(output.said).toEqual([expect.stringMatching(/^tickets has a verifier that has joined/)]);
  });
});
