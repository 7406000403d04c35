import { access } from './access.js';
import * as delegation from './convert-delegation.js';
import * as opening from './convert-open.js';
import * as session from './convert-session.js';
import type { EdgeCommands } from './edge-commands.js';
import type { Handlers } from './handler-table.js';
import type { MakeUnary } from './unary-method.js';

/** The calls of SessionService, but for its stream. */
export function sessionHandlers(
  method: MakeUnary,
  commands: EdgeCommands,
): Omit<Handlers['session'], 'stream'> {
  return {
    openSession: method(access.session.openSession, {
      read: opening.readOpenSession,
      run: commands.openSession,
      write: opening.writeOpenSession,
    }),
    issueToken: method(access.session.issueToken, {
      read: session.readIssueToken,
      run: commands.issueToken,
      write: session.writeIssueToken,
    }),
    renewSession: method(access.session.renewSession, {
      read: session.readRenewSession,
      run: commands.renewSession,
      write: session.writeRenewSession,
    }),
    endSession: method(access.session.endSession, {
      read: session.readEndSession,
      run: commands.endSession,
      write: session.writeEndSession,
    }),
    delegateSession: method(access.session.delegateSession, {
      read: delegation.readDelegateSession,
      run: commands.delegateSession,
      write: delegation.writeDelegateSession,
    }),
    createChildJoinToken: method(access.session.createChildJoinToken, {
      read: delegation.readCreateChildJoinToken,
      run: commands.createChildJoinToken,
      write: delegation.writeCreateChildJoinToken,
    }),
    rekeySession: method(access.session.rekeySession, {
      read: delegation.readRekeySession,
      run: commands.rekeySession,
      write: delegation.writeRekeySession,
    }),
  };
}
