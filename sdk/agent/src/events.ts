/** What the SDK tells a listener. Never holds a token, a proof, a join string or a key. */
export type CreanceEvent =
  | {
      readonly type: 'session_opened';
      readonly sessionId: string;
      readonly name: string;
      /** The session of this process that delegated it, if one did. */
      readonly parentId?: string;
    }
  | { readonly type: 'session_ended'; readonly sessionId: string; readonly code: string }
  /** The session is held: its tokens are worth nothing, and it gets none. */
  | { readonly type: 'session_suspended'; readonly sessionId: string }
  /** The hold is over. */
  | { readonly type: 'session_resumed'; readonly sessionId: string }
  /** The session has another key; tokens bound to the old one are worth nothing. */
  | { readonly type: 'session_rekeyed'; readonly sessionId: string }
  /** Token requests go over the session's stream from now on. */
  | { readonly type: 'stream_opened'; readonly sessionId: string }
  /** The stream is lost, or could not be opened; calls go one by one until it is back. */
  | {
      readonly type: 'stream_lost';
      readonly sessionId: string;
      readonly code: string;
      readonly waitMillis: number;
    }
  | {
      readonly type: 'token_issued';
      readonly sessionId: string;
      readonly audience: string;
      readonly scopes: readonly string[];
      readonly lifetimeSeconds: number;
    }
  /** The broker could not replace a token that still works; the old one stays in use. */
  | { readonly type: 'token_kept'; readonly audience: string; readonly code: string }
  | {
      readonly type: 'call_retried';
      readonly method: string;
      readonly attempt: number;
      readonly waitMillis: number;
      readonly code: string;
    }
  /** The broker has taken a report of what the session did; `dropped` of it it had no use or room for. */
  | {
      readonly type: 'actions_reported';
      readonly sessionId: string;
      readonly count: number;
      readonly dropped: number;
    }
  /** Actions that will not be reported: there was no room, or the broker did not take them. */
  | {
      readonly type: 'actions_dropped';
      readonly sessionId: string;
      readonly count: number;
      readonly code: string;
    }
  | { readonly type: 'renewal_failed'; readonly sessionId: string; readonly code: string }
  /** The broker did not confirm the end of a session in time: it ends there by its idle end. */
  | { readonly type: 'end_unconfirmed'; readonly sessionId: string; readonly code: string }
  /** The evidence key is kept in memory only: a restart needs another join string. */
  | { readonly type: 'key_in_memory'; readonly issuer: string };

/** Receives events, synchronously. */
export type EventListener = (event: CreanceEvent) => void;

/** A listener that cannot do harm: watching must never break what is watched. */
export function quietListener(listener: EventListener | undefined): EventListener {
  if (listener === undefined) return () => {};
  return (event) => {
    try {
      listener(event);
    } catch {
      // A failing listener must not end a session or lose a token.
    }
  };
}
