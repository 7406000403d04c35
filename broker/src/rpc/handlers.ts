import { ok, type Revision, type SessionId } from '@creance/proto';
import { descriptorSetBase64 } from '@creance/proto/wire';
import type { UntypedHandleCall } from '@grpc/grpc-js';
import type { Evidence } from '../attest/evidence.js';
import { type Command, sessionOf } from '../commands/call.js';
import type { JoinTokenAnswer, JoinTokenAsk } from '../commands/create-join-token.js';
import type { CutAnswer, CutAsk } from '../commands/cut.js';
import type { IssuedToken } from '../commands/issue-token.js';
import type { SessionPage } from '../commands/list-sessions.js';
import type { AccessRule } from '../domain/access.js';
import type { TokenAsk } from '../domain/policy.js';
import type { Session } from '../domain/session.js';
import type { Feed } from '../feed/feed.js';
import type { OpenedSession } from '../store/store.js';
import { access, type ServiceName, type services } from './access.js';
import type { ProvedRule } from './admission.js';
import * as operator from './convert-operator.js';
import * as registry from './convert-registry.js';
import * as session from './convert-session.js';
import * as verifier from './convert-verifier.js';
import { type Health, openHealth } from './health.js';
import { type Pipeline, type RawUnary, type UnaryMethod, unary } from './pipeline.js';
import { openReflection } from './reflection.js';
import { type SubscribeParts, subscribe } from './subscribe.js';

/** The verbs behind the edge. */
export interface EdgeCommands {
  readonly openSession: Command<{ readonly evidence: Evidence }, OpenedSession>;
  readonly issueToken: Command<TokenAsk, IssuedToken>;
  readonly renewSession: Command<Record<string, never>, Session>;
  readonly endSession: Command<Record<string, never>, Revision>;
  readonly cut: Command<CutAsk, CutAnswer>;
  readonly listSessions: Command<
    { readonly size: number; readonly after: SessionId | undefined },
    SessionPage
  >;
  readonly createJoinToken: Command<JoinTokenAsk, JoinTokenAnswer>;
}

/** The feed as the edge uses it. */
export type EdgeFeed = Pick<
  Feed,
  'subscribe' | 'unsubscribe' | 'acknowledge' | 'subscribers' | 'head' | 'close'
>;

/** A handler for each method of each service: a missing one does not compile. */
export type Handlers = {
  readonly [Name in ServiceName]: {
    readonly [Method in keyof (typeof services)[Name]]: UntypedHandleCall;
  };
};

/** Parts of the handlers. */
export interface HandlerParts extends Omit<SubscribeParts, 'rule' | 'feed'> {
  readonly commands: EdgeCommands;
  readonly feed: EdgeFeed;
  /** Full names of all services. */
  readonly serviceNames: readonly string[];
}

/** Joins every method with its rule, its way in, its verb and its way out. */
export function handlersOf(
  pipeline: Pipeline,
  parts: HandlerParts,
): { readonly handlers: Handlers; readonly health: Health } {
  const { limits, report } = pipeline;
  const { commands, feed, serviceNames } = parts;
  const method = unaryMethods(pipeline);
  const health = openHealth({ services: serviceNames, limits, report });
  const serverReflectionInfo = openReflection({
    services: serviceNames,
    descriptorSet: Buffer.from(descriptorSetBase64, 'base64'),
    limits,
    report,
  });
  const handlers: Handlers = {
    session: {
      openSession: method(access.session.openSession, {
        read: session.readOpenSession,
        run: commands.openSession,
        write: session.writeOpenSession,
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
    },
    verifier: {
      subscribe: subscribe(pipeline, { ...parts, rule: proved(access.verifier.subscribe) }),
      acknowledge: method(access.verifier.acknowledge, {
        read: verifier.readAcknowledge,
        run: acknowledge(feed),
        write: verifier.writeAcknowledge,
      }),
    },
    operator: operatorHandlers(method, parts),
    registry: {
      createJoinToken: method(access.registry.createJoinToken, {
        bytesMax: limits.registryMessageBytes,
        read: registry.readCreateJoinToken,
        run: commands.createJoinToken,
        write: registry.writeCreateJoinToken,
      }),
    },
    health: health.handlers,
    reflection: { serverReflectionInfo },
    reflectionAlpha: { serverReflectionInfo },
  };
  return { handlers, health };
}

type MakeUnary = ReturnType<typeof unaryMethods>;

function unaryMethods(pipeline: Pipeline) {
  return <Ask, Answer>(
    rule: AccessRule,
    way: Omit<UnaryMethod<Ask, Answer>, 'rule' | 'bytesMax'> & { readonly bytesMax?: number },
  ): RawUnary =>
    unary(pipeline, { bytesMax: pipeline.limits.messageBytes, ...way, rule: proved(rule) });
}

function operatorHandlers(method: MakeUnary, { commands, feed }: HandlerParts) {
  return {
    cut: method(access.operator.cut, {
      read: operator.readCut,
      run: commands.cut,
      write: operator.writeCut,
    }),
    listSessions: method(access.operator.listSessions, {
      read: operator.readListSessions,
      run: commands.listSessions,
      write: operator.writeListSessions,
    }),
    listVerifiers: method(access.operator.listVerifiers, {
      read: operator.readListVerifiers,
      run: listVerifiers(feed),
      write: operator.writeListVerifiers,
    }),
  };
}

/** Notes what the calling verifier enforces. */
function acknowledge(feed: EdgeFeed): Command<Revision, void> {
  return async (revision, call) => {
    feed.acknowledge(sessionOf(call).id, revision);
    return ok(undefined);
  };
}

function listVerifiers(feed: EdgeFeed): Command<Record<string, never>, operator.VerifierList> {
  return async () => ok({ subscribers: feed.subscribers(), head: feed.head });
}

/** What comes through the pipeline is proved; the table may not say otherwise. */
function proved(rule: AccessRule): ProvedRule {
  if (rule.by === 'anyone') throw new Error('a method of creance.v1 is open to anyone');
  return rule;
}
