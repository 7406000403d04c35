/** One fact of an audit record. */
export interface FactRow {
  readonly form: 'text' | 'number' | 'flag' | 'texts' | 'number or text';
  /** Whether every record of the kind has it. */
  readonly isAlways: boolean;
  readonly words: string;
}

/** Facts by their names. */
export type FactRows = Readonly<Record<string, FactRow>>;

/** A fact that every record of a kind has. */
export const always = (form: FactRow['form'], words: string): FactRow => ({
  form,
  isAlways: true,
  words,
});

/** A fact that some records of a kind have. */
export const maybe = (form: FactRow['form'], words: string): FactRow => ({
  form,
  isAlways: false,
  words,
});

/** Whose sessions a record reached; not said where they were in memory no more. */
export const reached: FactRows = {
  workloads: maybe('texts', 'workloads whose sessions it reached, the first of many'),
  owners: maybe('texts', 'their owners'),
  reachesMore: maybe('flag', 'whether there are more than are named'),
};

/** The row of the revocation log that the record speaks of. */
export const revision = (fact: typeof always): FactRows => ({
  revision: fact('number', 'the row of the log that does it'),
});

/** What an end or a cut came to. */
export const ended = (fact: typeof always): FactRows => ({
  ...revision(fact),
  sessionsEnded: fact('number', 'live sessions that it ended'),
  ...reached,
});

/** Of a cut that the store could not take at once. */
export const journalled: FactRows = {
  journalledAt: maybe(
    'number',
    'when it was made, in µs, where the store could not take it: the record is of when it did',
  ),
  operator: maybe('text', 'who has made it, by a session that the store never had'),
};

/** Who has wanted an act and who has confirmed it, where a second person was needed. */
export const confirmed: FactRows = {
  proposal: maybe('text', 'id of the proposal that it was, where a second person has confirmed it'),
  digest: maybe('text', 'SHA-256 of what was confirmed'),
  proposer: maybe('text', 'who has proposed it, by name'),
  approver: maybe('text', 'who has confirmed it, by name'),
};

/** What a hold came to. */
export const held: FactRows = {
  ...revision(maybe),
  sessionsHeld: maybe('number', 'live sessions that it holds'),
  ...reached,
};

/** Where an answer was given higher up than asked for. */
export const onSession: FactRow = maybe('text', 'the topmost session that was acted upon');

/** What is said of a fact that the broker has acted on, by an operator's words or its own. */
export const acted: FactRows = {
  reason: always('text', 'the fact, or the operator’s words'),
  fact: maybe(
    'text',
    '`foreign_key`, `cloned_key` or `counter_left_out`, where the broker acted on a fact',
  ),
  ofSession: maybe('text', 'the session whose token or key was stolen'),
  token: maybe('text', '`jti` of the token that leaked'),
  tokenKey: maybe('text', 'thumbprint of the key that it is bound to'),
  proofKey: maybe('text', 'thumbprint of the key that the proof is by'),
  proofIssuedAt: maybe('number', '`iat` of that proof'),
  key: maybe('text', 'thumbprint of the key that was copied'),
  oneCounter: maybe('number', 'counter of the one proof'),
  oneIssuedAt: maybe('number', '`iat` of the one proof'),
  otherCounter: maybe('number', 'counter of the other proof'),
  otherIssuedAt: maybe('number', '`iat` of the other proof'),
  resources: maybe('texts', 'who has handed in the bytes'),
  witnesses: maybe('texts', 'by which sessions'),
};
