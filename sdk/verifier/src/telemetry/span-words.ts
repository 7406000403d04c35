import { creance, type spanName } from './names.js';

/** What the verifier's attributes say, for the reference page. One without a row does not compile. */
export const attributeWords: Readonly<Record<(typeof creance)[keyof typeof creance], string>> = {
  'creance.session': 'the session of a genuine token made out to this resource',
  'creance.resource': 'audience of the resource',
  'creance.action': 'name of the action, as it is reported',
  'creance.action.id': 'its id, as whoever has the session’s key has named it',
  'creance.outcome': '`allowed` or `refused`',
  'creance.refusal': 'the reason of a refusal',
  'creance.revision': 'of a token that was cut the row that did it; else where the view stood',
  'creance.view.cuts': 'cuts of the frame',
};

/** A span of the reference page. */
export interface SpanWords {
  readonly kind: 'INTERNAL';
  readonly words: string;
  readonly attributes: readonly string[];
}

/** The verifier's spans, for the reference page. */
export const spanWords: Readonly<Record<(typeof spanName)[keyof typeof spanName], SpanWords>> = {
  'creance.verify': {
    kind: 'INTERNAL',
    words: 'one verification',
    attributes: [
      creance.session,
      creance.resource,
      creance.action,
      creance.actionId,
      creance.outcome,
      creance.refusal,
      creance.revision,
    ],
  },
  'creance.view.apply': {
    kind: 'INTERNAL',
    words: 'a frame of the feed that has brought cuts; a trace of its own',
    attributes: [creance.revision, creance.cuts, creance.resource],
  },
};
