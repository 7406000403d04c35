import { encodeBase64url, type Revision } from '@creance/proto';
import { ListSessionsRequest, ListSessionsResponse, SessionState } from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import type { Instant } from '../domain/instant.js';
import { sessionOf } from '../doubles/sessions.js';
import { readListSessions, writeListSessions } from './convert-operator.js';
import { bytesOf, faultsOf } from './double-messages.js';

describe('readListSessions', () => {
  const every = { workload: '', owner: '', state: 0 as SessionState };
  const ask = (pageSize: number, pageToken: string, treeOf = Buffer.alloc(0), narrow = every) =>
    readListSessions(bytesOf(ListSessionsRequest, { pageSize, pageToken, treeOf, ...narrow }));

  it('takes a workload, an owner and a state, and refuses a state that it does not know', () => {
    const narrow = { workload: 'triage', owner: 'team', state: SessionState.SESSION_STATE_LIVE };
    expect(ask(0, '', Buffer.alloc(0), narrow)).toMatchObject({
      value: { workload: 'triage', owner: 'team', state: 'live' },
    });
    const unknown = { ...every, state: 9 as SessionState };
    expect(faultsOf(ask(0, '', Buffer.alloc(0), unknown))).toEqual(['request_malformed', 'state']);
  });

  it('gives 50 when nothing is asked and takes its own page token', () => {
    expect(ask(0, '')).toEqual({
      ok: true,
      value: {
        size: 50,
        after: undefined,
        treeOf: undefined,
        workload: undefined,
        owner: undefined,
      },
    });
    const id = encodeBase64url(Buffer.alloc(16, 9));
    expect(ask(200, id)).toMatchObject({ ok: true, value: { size: 200, after: id } });
    expect(ask(1, '', Buffer.alloc(16, 9))).toMatchObject({ ok: true, value: { treeOf: id } });
  });

  it.each([
    ['201 a page', 201, '', ['request_malformed', 'page_size']],
    ['a page token of somebody else', 1, 'x', ['request_malformed', 'page_token']],
    [
      'a page token that is not canonical',
      1,
      `${'A'.repeat(21)}B`,
      ['request_malformed', 'page_token'],
    ],
  ])('refuses %s', (_name, size, token, faults) => {
    expect(faultsOf(ask(size, token))).toEqual(faults);
  });

  it.each([15, 17])('refuses the tree of an id of %i bytes', (bytes) => {
    expect(faultsOf(ask(1, '', Buffer.alloc(bytes)))).toEqual(['request_malformed', 'tree_of']);
  });

  it.each([
    [{}, SessionState.SESSION_STATE_LIVE],
    [{ suspendedAt: 9 as Revision }, SessionState.SESSION_STATE_SUSPENDED],
    // breaks when: a hold is looked at before an end
    [{ suspendedAt: 9 as Revision, end: 'revoked' as const }, SessionState.SESSION_STATE_REVOKED],
    [{ end: 'ended' as const }, SessionState.SESSION_STATE_ENDED],
    [{ end: 'expired' as const }, SessionState.SESSION_STATE_EXPIRED],
  ])('says what a session may do: %o', (parts, state) => {
    const listed = {
      session: sessionOf(1, parts),
      owner: 'team',
      actionsAllowed: 3,
      actionsRefused: 1,
      seenAt: 9 as Instant,
    };
    const page = ListSessionsResponse.decode(
      writeListSessions({ sessions: [listed], next: undefined }),
    );
    const counts = { actionsAllowed: 3n, actionsRefused: 1n, seenUnixMicros: 9n };
    expect(page.sessions).toMatchObject([{ state, ...counts }]);
  });

  it('writes an empty page', () => {
    expect(writeListSessions({ sessions: [], next: undefined })).toHaveLength(0);
  });
});
