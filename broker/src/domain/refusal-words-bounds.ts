import { limits } from './limits.js';
import { boundOfReason } from './refusal-bounds.js';
import { fact, type WordsOf, type WordsTable } from './refusal-wording.js';

/** The bound itself: operators may know it, whoever ran into it may not (law 10). */
const bound: WordsOf = ({ reason }) => {
  const name = boundOfReason[reason];
  return name === undefined ? {} : { nearest: `${name}: ${limits[name]}`, missing: 'room' };
};

const sessions: WordsOf = (refusal, registry) => {
  const name = fact(refusal.facts, 'name') || (refusal.caller?.name ?? '');
  return {
    ...bound(refusal, registry),
    presented: `one more session of ${name}`,
    fix: `end what is not needed: creance session ls --workload ${name}`,
  };
};

const ended: WordsOf = ({ facts, caller }) => {
  const id = fact(facts, 'session') || (caller?.session ?? '');
  return id === ''
    ? {}
    : {
        presented: `the session ${id}`,
        fix: `see who has done it and why: creance session show ${id}`,
      };
};

/** Rows of bounds, and of sessions that may not act. */
export const boundWords: WordsTable = {
  sessions_limit: sessions,
  tree_limit: sessions,
  proposals_limit: bound,
  children_limit: bound,
  keys_limit: bound,
  store_busy: bound,
  replay_memory_full: bound,
  rate_limited: ({ facts }) => ({
    nearest: `workloadPerSecond: ${limits.workloadPerSecond}, ownerPerSecond: ${limits.ownerPerSecond}, failuresPerSecond: ${limits.failuresPerSecond}`,
    missing: `${fact(facts, 'retryAfterMillis') || 'some'} ms`,
  }),
  request_malformed: ({ facts }) => ({ nearest: fact(facts, 'fields') || 'the schema' }),
  request_too_large: ({ facts }) => ({ nearest: `at most ${fact(facts, 'most')}` }),
  session_revoked: ended,
  session_ended: ended,
  session_expired: ended,
  session_suspended: ended,
  ancestor_ended: ended,
  session_narrowed: (refusal, registry) => ({
    ...ended(refusal, registry),
    fix: `see what speaks against it: creance explain ${refusal.caller?.session ?? fact(refusal.facts, 'session')}`,
  }),
  internal: ({ requestId }) => ({
    fix: `look for ${requestId} in the broker's log: the line "call failed" holds the fault`,
  }),
};
