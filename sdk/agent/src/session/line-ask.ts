import type { CallAsk } from '../broker/channel.js';
import type { StreamAsk } from '../broker/stream-talk.js';

/** A call as a session: the line adds who speaks, and until when. */
export interface LineAsk<T>
  extends Pick<
    CallAsk<T>,
    'path' | 'request' | 'read' | 'digest' | 'newKey' | 'deadlineMillis' | 'attemptsMax' | 'span'
  > {
  /** The same as a message of the stream, which then goes first. Only for what may be asked twice. */
  readonly streamed?: StreamAsk<T>;
  /** Called before each sending. */
  readonly onSend?: () => void;
}
