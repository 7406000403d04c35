import { ok, type Revision } from '@creance/proto';
import { descriptorSetBase64 } from '@creance/proto/wire';
import { type Command, sessionOf } from '../commands/call.js';
import { access } from './access.js';
import * as action from './convert-action.js';
import * as verifier from './convert-verifier.js';
import type { EdgeCommands, EdgeFeed } from './edge-commands.js';
import type { Handlers } from './handler-table.js';
import { type Health, openHealth } from './health.js';
import { operatorHandlers } from './operator-handlers.js';
import type { Pipeline } from './pipeline.js';
import { openReflection } from './reflection.js';
import { registryHandlers } from './registry-handlers.js';
import { sessionHandlers } from './session-handlers.js';
import { type StreamParts, stream } from './stream.js';
import { type SubscribeParts, subscribe } from './subscribe.js';
import { proved, unaryMethods } from './unary-method.js';
import { type WatchEventsParts, watchEvents } from './watch-events.js';

export type { EdgeCommands, EdgeFeed } from './edge-commands.js';

/** Parts of the handlers. */
export interface HandlerParts
  extends Omit<SubscribeParts, 'rule' | 'feed'>,
    Omit<WatchEventsParts, 'rule'>,
    Omit<StreamParts, 'rule' | 'commands'> {
  readonly commands: EdgeCommands;
  readonly feed: EdgeFeed;
  /** Milliseconds by which the wall clock is off while it is not believed; absent where nobody judges it. */
  readonly clockOffMillis?: (() => number) | undefined;
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
      ...sessionHandlers(method, commands),
      stream: stream(pipeline, { ...parts, rule: proved(access.session.stream) }),
    },
    action: {
      reportActions: method(access.action.reportActions, {
        read: action.readReportActions,
        run: commands.reportActions,
        write: action.writeReportActions,
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
    operator: {
      ...operatorHandlers(method, commands, feed, parts.clockOffMillis ?? (() => 0)),
      watchEvents: watchEvents(pipeline, { ...parts, rule: proved(access.operator.watchEvents) }),
    },
    registry: registryHandlers(method, commands, limits.registryMessageBytes),
    health: health.handlers,
    reflection: { serverReflectionInfo },
    reflectionAlpha: { serverReflectionInfo },
  };
  return { handlers, health };
}

/** Notes what the calling verifier enforces. */
function acknowledge(feed: EdgeFeed): Command<Revision, void> {
  return async (revision, call) => {
    feed.acknowledge(sessionOf(call).id, revision);
    return ok(undefined);
  };
}
