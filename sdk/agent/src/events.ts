/** What the SDK tells a listener. Never holds a token, a proof, a join string or a key. */
export type CreanceEvent =
  | { readonly type: 'session_opened'; readonly sessionId: string; readonly name: string }
  | { readonly type: 'session_ended'; readonly sessionId: string; readonly code: string }
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
