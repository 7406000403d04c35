import { ok, type Result } from '@creance/proto';
import type { StreamRequest, StreamResponse } from '@creance/proto/wire';
import type { Call, Command } from '../commands/call.js';
import type { Denial } from '../domain/denial.js';
import type { StreamMessageKind } from './access.js';
import { actionReportOf, takenMessage } from './convert-action.js';
import { issuedMessage, renewedMessage, tokenAskOf } from './convert-session.js';
import type { EdgeCommands } from './edge-commands.js';

type Message = NonNullable<StreamRequest['kind']>;

/** What a session asks over its stream: every kind of message but the answer to a challenge. */
export type StreamAsk = Exclude<Message, { readonly $case: 'challengeAnswer' }>;

/** What answers it. */
export type StreamAnswer = NonNullable<StreamResponse['kind']>;

type Outcome = Promise<Result<StreamAnswer, Denial>>;

type Verbs = {
  readonly [Kind in Exclude<StreamMessageKind, 'challengeAnswer'>]: (
    value: Extract<Message, { readonly $case: Kind }>['value'],
    call: Call,
  ) => Outcome;
};

/** Runs one message of a stream. */
export type RunAsk = (ask: StreamAsk, call: Call) => Outcome;

/** The commands that the unary calls run, for messages. */
export type StreamCommands = Pick<EdgeCommands, 'issueToken' | 'renewSession' | 'reportActions'>;

/** Joins every kind of message with its reader, its command and its writer: a missing one does not compile. */
export function streamVerbs(commands: StreamCommands): RunAsk {
  const verbs: Verbs = {
    issueToken: verb(tokenAskOf, commands.issueToken, (issued) => ({
      $case: 'issueToken',
      value: issuedMessage(issued),
    })),
    renewSession: verb(
      () => ok({}),
      commands.renewSession,
      (session) => ({
        $case: 'renewSession',
        value: renewedMessage(session),
      }),
    ),
    reportActions: verb(actionReportOf, commands.reportActions, (taken) => ({
      $case: 'reportActions',
      value: takenMessage(taken),
    })),
  };
  return (ask, call) => {
    switch (ask.$case) {
      case 'issueToken':
        return verbs.issueToken(ask.value, call);
      case 'renewSession':
        return verbs.renewSession(ask.value, call);
      case 'reportActions':
        return verbs.reportActions(ask.value, call);
    }
  };
}

function verb<Value, Ask, Answer>(
  read: (value: Value) => Result<Ask, Denial>,
  run: Command<Ask, Answer>,
  write: (answer: Answer) => StreamAnswer,
): (value: Value, call: Call) => Outcome {
  return async (value, call) => {
    const ask = read(value);
    if (!ask.ok) return ask;
    const answer = await run(ask.value, call);
    return answer.ok ? ok(write(answer.value)) : answer;
  };
}
