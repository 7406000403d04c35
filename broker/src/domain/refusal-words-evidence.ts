import { nearest } from './nearest.js';
import type { RefusalFacts } from './refusal.js';
import {
  fact,
  listed,
  type RefusalWords,
  type WordsOf,
  type WordsTable,
} from './refusal-wording.js';
import type { Registry } from './registry.js';

const instant = (micros: string | number | undefined): string =>
  typeof micros === 'number' ? new Date(micros / 1_000).toISOString() : 'unknown';

const second = (seconds: string | number | undefined): string =>
  typeof seconds === 'number' ? instant(seconds * 1_000_000) : 'unknown';

/** How a member joins again, as an operator writes it. */
function joinAgain({ kind, name }: RefusalFacts): string {
  return name === undefined || kind === undefined
    ? 'creance join-token create'
    : `creance join-token create --${kind} ${name}`;
}

function joinTokenOf(facts: RefusalFacts): string {
  return `join token ${fact(facts, 'handle')} for the ${fact(facts, 'kind')} ${fact(facts, 'name')}`;
}

const joinTokenUsed: WordsOf = ({ facts }) => ({
  presented: `${joinTokenOf(facts)}, by the key ${fact(facts, 'key')}`,
  nearest: `${fact(facts, 'used')} of ${fact(facts, 'uses')} uses, by other keys`,
  missing: 'a use that is left',
  fix: `find out who used it: when nobody of yours did, creance cut --evidence ${fact(facts, 'handle')} --reason …; then ${joinAgain(facts)}`,
});

const joinTokenExpired: WordsOf = ({ facts }) => ({
  presented: joinTokenOf(facts),
  nearest: `valid until ${instant(facts['expiresAt'])}`,
  missing: 'time',
  fix: joinAgain(facts),
});

const joinTokenWrongNetwork: WordsOf = ({ facts, network }) => ({
  presented: `${joinTokenOf(facts)}, from ${network}`,
  nearest: `networks: ${fact(facts, 'networks')}`,
  missing: 'a network that holds the address',
  fix: `${joinAgain(facts)} --network …, when the address is one of yours`,
});

const joinTokenUnknown: WordsOf = () => ({
  presented: 'a join token that this broker does not know',
  nearest: 'none: it was never made here, or has been forgotten since it expired',
  missing: 'a join token of this broker',
});

const wrongAudience: WordsOf = ({ facts }) => ({
  nearest: `issuer ${fact(facts, 'expected')}`,
  missing: 'the issuer of this broker as aud',
  fix: 'join with a join string of this broker: the one at hand names another',
});

const expired: WordsOf = ({ facts }) => ({
  presented: `made at ${second(facts['presented'])}, until ${second(facts['until'])}`,
  nearest: `the broker's clock says ${second(facts['clock'])}; 5 s of leeway`,
  missing: 'a clock that agrees',
  fix: 'set the clocks of both machines by NTP; the SDK makes an assertion for each session',
});

const evidenceKey = (nearestOf: (facts: RefusalFacts) => string): WordsOf => {
  return ({ facts }): Partial<RefusalWords> => ({
    presented: `the evidence key ${fact(facts, 'key')}`,
    nearest: nearestOf(facts),
    fix: joinAgain(facts),
  });
};

const proofWrongTarget: WordsOf = ({ facts }) => ({
  nearest: fact(facts, 'expected'),
  missing: 'the public origin that clients use',
  fix: 'reach the broker by its public origin, or start it with --public-origin of the address that clients use',
});

const proofTime: WordsOf = ({ facts }) => ({
  presented: `a proof made at ${second(facts['madeAt'])}`,
  nearest: `the broker's clock says ${second(facts['clock'])}`,
  missing: 'a clock that agrees',
  fix: 'set the clocks of both machines by NTP',
});

/** A proof refused for a session: whom the caller said to be. Nobody has proved it. */
const namedSession: WordsOf = ({ facts }) => ({
  ...(facts['named'] !== undefined && { presented: `the session ${facts['named']}` }),
});

const notRegistered: WordsOf = ({ facts }, registry) => {
  const [kind, name] = [fact(facts, 'kind') || 'workload', fact(facts, 'name')];
  const close = nearest(name, membersOf(registry, kind));
  return {
    presented: `${kind} ${name}`,
    nearest: close === undefined ? listed(membersOf(registry, kind)) : close,
    missing: `${kind === 'verifier' ? 'resource' : kind}s.${name} in the manifest`,
    fix: `register ${name} with creance apply${close === undefined || close === name ? '' : `, or did you mean ${close}?`}`,
  };
};

/** Bait is never suggested: a fix is passed on to whoever was refused (law 10). */
function membersOf(registry: Registry, kind: string): Iterable<string> {
  if (kind === 'verifier')
    return [...registry.resources].filter(([, { canary }]) => !canary).map(([name]) => name);
  return kind === 'operator' ? registry.operators.keys() : registry.workloads.keys();
}

/** Rows of what is refused about evidence, proofs and who somebody is. */
export const evidenceWords: WordsTable = {
  join_token_used: joinTokenUsed,
  join_token_expired: joinTokenExpired,
  join_token_wrong_network: joinTokenWrongNetwork,
  join_token_unknown: joinTokenUnknown,
  evidence_wrong_audience: wrongAudience,
  evidence_expired: expired,
  evidence_key_unknown: evidenceKey(() => 'no registration: it never joined here, or long ago'),
  evidence_key_expired: evidenceKey((facts) => `registered until ${instant(facts['expiresAt'])}`),
  evidence_key_revoked: evidenceKey(
    (facts) => `it was cut; see creance audit for ${fact(facts, 'name')}`,
  ),
  evidence_contested: ({ facts }) => ({
    presented: `the evidence key ${fact(facts, 'key')} of ${fact(facts, 'name')}`,
    nearest: 'two keys have brought its join token; see join_token_contested in the audit',
    missing: 'a person who says which of the two is right',
    fix: `creance cut --evidence KEY of the wrong one, then ${joinAgain(facts)} for the right one`,
  }),
  evidence_held: ({ facts }) => ({
    presented: `the evidence key ${fact(facts, 'key')} of ${fact(facts, 'name')}`,
    nearest: `held until ${instant(facts['heldUntil'])} for a theft or a suspicion`,
    missing: 'time',
    fix: `wait, and look at what its sessions did: creance session ls --workload ${fact(facts, 'name')}`,
  }),
  proof_wrong_target: proofWrongTarget,
  proof_expired: proofTime,
  proof_from_future: proofTime,
  proof_wrong_key: namedSession,
  proof_replayed: namedSession,
  proof_digest_mismatch: namedSession,
  proof_signature_invalid: namedSession,
  session_unknown: namedSession,
  workload_not_registered: notRegistered,
  member_unknown: notRegistered,
};
