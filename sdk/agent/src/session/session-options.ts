import { isJoinToken, uriCharsMax } from '@creance/proto';
import type { OpenSessionRequest } from '@creance/proto/wire';
import type { ActionName } from '../actions/action.js';
import { refusedBeforehand } from '../errors/local.js';
import { limits } from '../limits.js';
import { type Task, wireTaskOf } from './task.js';

/** How a session differs from a root that may all that its workload may. */
export interface SessionOptions {
  /**
   * The text of a `ChildJoinToken`: the session becomes a child of the one that made it. Bearer material,
   * worth nothing after its first use. Give it from the environment, a file or standard input.
   */
  readonly childJoinToken?: string | undefined;
  /** What the session is for; it can then ask for nothing else. */
  readonly task?: Task | undefined;
  /**
   * The login on whose behalf a root is opened. It gives nothing: it adds what can end the session. Not
   * for children, which have that of their root.
   */
  readonly upstream?: Upstream | undefined;
  /**
   * Whether the broker is told what the session did: name, audience and outcome of each action, in
   * batches and off the path of its calls. By default as the client was told, else yes. Children in this
   * process do as their parent.
   */
  readonly report?: boolean | undefined;
  /** Names the requests of `fetch` in reports; by default `HTTP GET` and the like. */
  readonly actionName?: ActionName | undefined;
}

/** A login at an identity provider, in the provider's own words (OpenID Connect, CAEP). */
export interface Upstream {
  /** The provider, an https URL without query and fragment. */
  readonly issuer: string;
  /** The person, the provider's `sub`. Either this or `sessionId` is needed. */
  readonly subject?: string | undefined;
  /** The login, the provider's `sid`. */
  readonly sessionId?: string | undefined;
}

/** What of an OpenSessionRequest the options decide. */
export type OpenParts = Pick<OpenSessionRequest, 'childJoinToken' | 'task' | 'upstream'>;

/** Parses options; throws a typed error for what the broker would refuse in any case. */
export function openPartsOf(options: SessionOptions): OpenParts {
  const { childJoinToken, task, upstream } = options;
  if (childJoinToken !== undefined && !isJoinToken(childJoinToken))
    throw refusedBeforehand('child_join_token_unknown');
  if (upstream !== undefined && childJoinToken !== undefined)
    throw refusedBeforehand('upstream_malformed');
  return {
    childJoinToken: childJoinToken ?? '',
    task: wireTaskOf(task),
    upstream: upstream && wireUpstreamOf(upstream),
  };
}

function wireUpstreamOf({ issuer, subject, sessionId }: Upstream): OpenParts['upstream'] {
  const named = [subject, sessionId].filter((text) => text !== undefined);
  const isWhole = named.length > 0 && named.every(isText) && isIssuer(issuer);
  if (!isWhole) throw refusedBeforehand('upstream_malformed');
  return { issuer, subject: subject ?? '', sessionId: sessionId ?? '' };
}

function isText(text: string): boolean {
  return typeof text === 'string' && text !== '' && text.length <= limits.upstreamChars;
}

/** As the broker judges it (OpenID Connect Discovery §3). */
function isIssuer(text: string): boolean {
  if (text.length > uriCharsMax || /[?#\s]/.test(text) || !URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '';
}
