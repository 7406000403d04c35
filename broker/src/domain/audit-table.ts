import type { AuditKind } from './audit.js';
import {
  acted,
  always,
  confirmed,
  ended,
  type FactRows,
  held,
  journalled,
  maybe,
  onSession,
  reached,
  revision,
} from './audit-facts.js';

/** What the records of one kind say. */
export interface AuditRow {
  readonly words: string;
  readonly facts: FactRows;
}

const reason = always('text', 'the words of whoever did it');
const name = always('text', 'registered name of the workload');
const task = maybe('texts', 'the declared task: `resource scope …`, one a resource');
const absoluteEndAt = always('number', 'when the child ends at the latest, in µs');
const sizes = ['owners', 'resources', 'workloads', 'operators'] as const;

/** Every kind of record. A kind without a row does not compile; what is written is held against it. */
export const auditTable: Readonly<Record<AuditKind, AuditRow>> = {
  broker_started: {
    words: 'a broker process has started on the store',
    facts: {
      issuer: always('text', 'its issuer'),
      dev: always('flag', 'whether the store is one of development'),
      node: always('text', 'version of Node'),
    },
  },
  join_token_created: {
    words: 'an operator has made a join token',
    facts: {
      kind: always('text', '`workload`, `verifier` or `operator`'),
      name: always('text', 'the member that it is for'),
      handle: always('text', 'handle that stands for it: `creance cut --evidence`'),
      uses: always('number', 'different keys that may redeem it'),
      seconds: always('number', 'how long it lives'),
      networks: always('texts', 'from where it may be redeemed; none: from anywhere'),
    },
  },
  session_opened: {
    words: 'a session was opened by evidence; the actor is the thumbprint of its key',
    facts: {
      kind: always('text', '`workload`, `verifier` or `operator`'),
      name: always('text', 'the member'),
      evidence: always('text', '`join-token` or `key-assertion`'),
      evidenceKey: always('text', 'thumbprint of the evidence key'),
      address: always('text', 'where the call came from'),
      parent: maybe('text', 'the session above it, of a child with evidence of its own'),
      principal: maybe('text', 'handle of the person it is for'),
      upstream: maybe('text', 'handle of the login above it'),
      task,
    },
  },
  token_issued: {
    words: 'a token was minted; it leaves after this record is durable',
    facts: {
      token: always('text', 'its `jti`'),
      resource: always('text', 'the resource that it is for'),
      scopes: always('texts', 'all that it lets do'),
      expiresAt: always('number', 'its end, in µs'),
      key: always('text', '`kid` of the key that signed it'),
      level: maybe('text', 'what the watch had the session under, when it was not calm'),
    },
  },
  session_renewed: { words: 'a session has put off its idle end', facts: {} },
  session_ended: {
    words: 'a session has ended itself, and what was below it',
    facts: ended(always),
  },
  session_expired: {
    words: 'a session has reached its end, and what was below it',
    facts: {
      kind: always('text', '`workload`, `verifier` or `operator`'),
      name: always('text', 'the member'),
      end: always('text', '`idle` or `absolute`'),
      sessionsEnded: always('number', 'itself and those below it'),
    },
  },
  session_cut: {
    words: 'a session was revoked with everything below it, by an operator or on a fact',
    facts: { ...acted, ...ended(always), ...journalled },
  },
  before_cut: {
    words: 'everything that was opened before a revision was ended',
    facts: {
      reason,
      before: always('number or text', 'the revision, or `now`'),
      ...ended(always),
      ...journalled,
    },
  },
  handle_cut: {
    words: 'everything that hangs below a handle was ended',
    facts: {
      reason,
      target: always(
        'text',
        '`workload`, `owner`, `principal`, `upstream`, `evidence-key`, `evidence-issuer`',
      ),
      name: maybe('text', 'of a workload or owner'),
      key: maybe('text', 'thumbprint of an evidence key'),
      handle: maybe('text', 'handle of a join token'),
      hash: maybe('text', 'of a principal or upstream session: their names are written nowhere'),
      ...ended(always),
      ...journalled,
    },
  },
  session_delegated: {
    words: 'a session has opened a child in its own process',
    facts: { parent: always('text', 'the session above it'), name, absoluteEndAt, task },
  },
  child_join_token_created: {
    words: 'a session has made a child join token',
    facts: { name, expiresAt: always('number', 'its end, in µs'), absoluteEndAt, task },
  },
  session_rekeyed: {
    words: 'a session has another key',
    facts: {
      keyBefore: always('text', 'thumbprint of the old key'),
      key: always('text', 'thumbprint of the new key'),
      evidenceKey: always('text', 'thumbprint of the evidence key that vouched for it'),
    },
  },
  session_suspended: { words: 'an operator has held a session', facts: { reason, ...held } },
  session_resumed: {
    words: 'an operator has let a session go',
    facts: {
      reason,
      sessionsResumed: always('number', 'live sessions that nothing holds any more'),
      ...confirmed,
      ...reached,
    },
  },
  tokens_cut: {
    words: 'a leaked token died; the session takes another',
    facts: { ...acted, ...revision(always), ...reached },
  },
  theft_answered: {
    words: 'a copied key was answered: the tree is held, the next time revoked',
    facts: {
      ...acted,
      ...held,
      sessionsEnded: maybe('number', 'live sessions that it ended, where it revoked'),
      answer: maybe('text', '`suspended` or `revoked`'),
      onSession,
    },
  },
  risk_suspended: {
    words: 'a session was held for its risk: by the watch, or because its key counts and does not',
    facts: {
      ...acted,
      reason: always('text', 'the strongest piece of evidence, or the fact'),
      level: maybe('text', 'of the watch: `suspend` or `suspendTree`, or stronger'),
      risk: maybe('number', 'of the watch: 0 to 1'),
      ofSession: always('text', 'the session whose action or key decided'),
      resource: maybe('text', 'of the watch: the resource that saw it'),
      terms: maybe('texts', 'of the watch: the strongest evidence, in words'),
      ...held,
      onSession,
    },
  },
  session_revalidated: {
    words: 'a held session has shown fresh evidence and a new key',
    facts: {
      keyBefore: always('text', 'thumbprint of the old key'),
      key: always('text', 'thumbprint of the new key'),
      evidenceKey: always('text', 'thumbprint of the evidence key that vouched for it'),
      childrenEnded: always('number', 'children that shared its evidence'),
    },
  },
  token_keys_cut: {
    words: 'a token key was cut, the next one with it',
    facts: {
      reason,
      key: always('text', '`kid` that was named'),
      cut: always('texts', 'all that were cut'),
      signing: maybe('text', '`kid` that signs from now on; none where the disk took no fresh key'),
      ...journalled,
      ...revision(always),
    },
  },
  registry_changed: {
    words:
      'the manifest in force was held against the sessions at a start: whose member it does not hold has ended',
    facts: {
      ...Object.fromEntries(
        sizes.map((each) => [`${each}Registered`, always('number', `how many ${each}`)]),
      ),
      ...ended(maybe),
    },
  },
  manifest_applied: {
    words: 'a manifest has come into force as a version',
    facts: {
      reason,
      hash: always('text', 'SHA-256 of its text'),
      changes: always('number', 'what differs from the version before'),
      widenings: always('number', 'changes that widen'),
      version: always('number', 'its number'),
      rolledBackTo: maybe('number', 'the version that it brings back'),
      ...confirmed,
      ...ended(maybe),
    },
  },
  join_token_contested: {
    words:
      'a second key has brought a join token for one key: both are held, with what they have opened',
    facts: {
      reason: always('text', 'in words'),
      kind: always('text', '`workload`, `verifier` or `operator`'),
      name: always('text', 'the member that the join token is for'),
      handle: always('text', 'handle of the join token: `creance cut --evidence`'),
      firstKey: always('text', 'thumbprint of the key that has redeemed it'),
      key: always('text', 'thumbprint of the key that came after it'),
      address: always('text', 'where the second one came from'),
      ...held,
    },
  },
  proposal_made: {
    words: 'an operator wants an act that needs a second person; it was not done',
    facts: {
      reason,
      proposal: always('text', 'its id'),
      digest: always('text', 'SHA-256 of all that it is'),
      act: always('text', '`manifest` or `resume`'),
      proposer: always('text', 'the operator by name'),
      expiresAt: always('number', 'until when it waits, in µs'),
      hash: maybe('text', 'of a manifest: SHA-256 of its text'),
      baseVersion: maybe('number', 'of a manifest: the version that must be in force'),
      rolledBackTo: maybe('number', 'of a manifest: the version that it would bring back'),
      revision: maybe('number', 'of a resume: the row of the hold that would end'),
    },
  },
  proposal_denied: {
    words: 'what waited for a second person was taken away',
    facts: {
      reason,
      proposal: always('text', 'its id'),
      denier: always('text', 'the operator by name'),
    },
  },
  store_restored: {
    words: 'the store was put back from a backup, and everything from before was ended',
    facts: {
      headBefore: always('number', 'head of the log in the backup'),
      mark: always('number', 'the high-water mark'),
      revision: always('number', 'the row that ends what was before'),
      joinTokensDeleted: always('number', 'join tokens that are void'),
      evidenceKeysEnded: always('number', 'evidence keys whose registration ended'),
    },
  },
  token_key_published: {
    words: 'a token key may be met from now on',
    facts: {
      key: always('text', 'its `kid`'),
      retireAt: always('number', 'when it signs no more, in µs'),
    },
  },
};
