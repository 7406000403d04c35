import type { Reason } from '@creance/proto';
import type { LimitReason } from './events.js';
import type { FeedFault } from './feed.js';

/** What happened and what the owner of the resource can do. */
export interface TroubleRow {
  readonly what: string;
  readonly fix: string;
}

const away = 'check that the broker runs, and the way from here to its address';
const other = 'check the address of the broker, and which broker the join string was of';
const bytes = 'update this package and the broker; when it stays so, tell the operator the code';
const anew =
  'check the address; when the broker was set up anew on purpose, remove the key file and join again';
const operator =
  'tell the operator: the broker has gone back, or somebody plays it; a backup that was put back is started with --restored';
const nothing = 'nothing: the whole view is asked for again';

/** Rows of the lost way by gRPC status, and by what the verifier itself noticed. */
export const wayRows: Readonly<Record<string, TroubleRow>> = {
  UNAVAILABLE: { what: 'the broker cannot be reached; it is tried again', fix: away },
  DEADLINE_EXCEEDED: { what: 'the broker did not answer in time; it is tried again', fix: away },
  CANCELLED: { what: 'the broker did not answer in time; it is tried again', fix: away },
  SILENT: { what: 'the broker has fallen silent; it is tried again', fix: away },
  OK: { what: 'the broker has ended the feed; it is tried again', fix: away },
  UNIMPLEMENTED: { what: 'what answers at this address is no broker of this version', fix: other },
};

const ownKey =
  'ask an operator why; when the key may be in other hands, remove its file and join again';

const revoked: TroubleRow = {
  what: 'the session of this verifier was revoked; another one is asked for',
  fix: 'ask an operator whether the resource has left the manifest, or somebody has cut its verifier',
};

/** Reasons of the broker whose words in the table are for agents: here it is a resource that reads them. */
export const ownerRows: Readonly<Partial<Record<Reason, TroubleRow>>> = {
  session_revoked: revoked,
  ancestor_ended: revoked,
  workload_not_registered: {
    what: 'the manifest in force has no resource for the key of this verifier; it is tried again',
    fix: 'have an operator register the resource (creance apply); no restart is needed',
  },
  session_suspended: {
    what: 'the session of this verifier is suspended',
    fix: 'wait, or ask an operator, who can resume it',
  },
  evidence_held: {
    what: 'the key of this verifier is held for a while; it is tried again',
    fix: 'wait, or ask an operator, who sees why with creance explain',
  },
  evidence_contested: {
    what: 'another key has brought the join token of this verifier too, and both are held',
    fix: 'tell an operator, and set another join string',
  },
  evidence_key_revoked: { what: 'the key of this verifier was cut', fix: ownKey },
};

/** A status without a row of its own. */
export const otherWay: TroubleRow = {
  what: 'the broker answers in a way that this version does not know; it is tried again',
  fix: other,
};

/** Rows of what came over the feed and counts for nothing. A fault without one does not compile. */
export const feedRows: Readonly<Record<FeedFault, TroubleRow>> = {
  anchor_mismatch: {
    what: 'what answers at the address is not the broker that was joined: its anchor is another; every request is refused',
    fix: anew,
  },
  feed_key_invalid: { what: 'the broker cannot show whose feed it is', fix: other },
  feed_key_other_issuer: { what: 'the feed is of another issuer', fix: other },
  feed_key_expired: {
    what: 'the statement on the feed key is not of this time',
    fix: 'set the clock of this machine by NTP; when it is right, tell the operator',
  },
  dev_mismatch: {
    what: 'a development broker stands where another was joined, or the other way round',
    fix: other,
  },
  settings_malformed: { what: 'the settings of the resource cannot be read', fix: bytes },
  settings_other_issuer: { what: 'the settings are of another issuer', fix: other },
  settings_replayed: { what: 'the settings are old: they answer another subscription', fix: other },
  settings_other_resource: {
    what: 'the manifest gives the key of this verifier another resource than the option resource',
    fix: 'correct the option resource, or join with a string for it: creance join-token create --verifier <resource>',
  },
  settings_signature_invalid: { what: 'the settings are not signed by the feed key', fix: other },
  frame_malformed: { what: 'a frame of the feed cannot be read', fix: bytes },
  frame_signature_invalid: { what: 'a frame is not signed by the feed key', fix: other },
  frame_other_key: { what: 'a frame is signed by another key than the feed', fix: nothing },
  frame_other_issuer: { what: 'a frame is of the log of another issuer', fix: other },
  frame_replayed: { what: 'an old frame came again', fix: nothing },
  broken_link: { what: 'a frame is missing', fix: nothing },
  rolled_back: { what: 'the log of the broker stands behind what was seen of it', fix: operator },
  audit_went_back: {
    what: 'the audit of the broker ends before a record that was seen of it',
    fix: operator,
  },
  audit_forked: {
    what: 'the audit of the broker is another one than was seen of it',
    fix: operator,
  },
  view_full: {
    what: 'more was revoked than the verifier has room for; every request is refused',
    fix: 'give joinVerifier more room: limits.viewEntriesMax',
  },
};

const more = 'give joinVerifier more room (limits), or run more instances';

/** Rows of bounds. */
export const limitRows: Readonly<Record<LimitReason, TroubleRow>> = {
  view_full: feedRows.view_full,
  replay_memory_full: { what: 'too many proofs at once: requests are refused', fix: more },
  live_identities_full: { what: 'too many calls run at once: requests are refused', fix: more },
  observations_full: { what: 'more was seen than could be reported; it was dropped', fix: more },
  destinations_full: {
    what: 'actions were aimed at more destinations than are told',
    fix: 'name at most 16 destinations of an action',
  },
  proofs_kept_full: { what: 'proofs were forgotten before five minutes', fix: more },
};
