import {
  GetSessionResponse,
  SessionCause,
  SessionState,
  SessionSummary,
} from '@creance/proto/wire';
import { describe, expect, it } from 'vitest';
import { sessionIdOf } from '../doubles/ids.js';
import { wireHandle } from '../rpc/convert.js';
import { DoubleLine, DoubleOutput } from './double-line.js';
import { showSession } from './show-session.js';

const id = sessionIdOf(1);

async function shown(state: SessionState, kind: string): Promise<string> {
  const session = SessionSummary.fromPartial({ sessionId: wireHandle(id), name: 'triage', state });
  const cause = SessionCause.fromPartial({ kind, author: 'broker', atUnixMicros: 1n });
  const reply = GetSessionResponse.fromPartial({ session, cause });
  const output = new DoubleOutput();
  const line = new DoubleLine({ GetSession: () => GetSessionResponse.encode(reply).finish() });
  await showSession(line, { id, o: 'table' }, output);
  return output.results.join('\n');
}

describe('session show', () => {
  // breaks when: what lets a false alarm go is said only after it was tried
  it('says with the resume of what the watch holds what must come before', async () => {
    const held = await shown(SessionState.SESSION_STATE_SUSPENDED, 'risk_suspended');
    const resume = `creance resume --session ${id} --reason "…"`;
    expect(held).toContain(`${resume}   # once its process has called session.rekey()\n`);
    const byOperator = await shown(SessionState.SESSION_STATE_SUSPENDED, 'session_suspended');
    expect(byOperator).toContain(`${resume}\n`);
    expect(await shown(SessionState.SESSION_STATE_REVOKED, 'session_cut')).not.toContain('resume');
  });
});
