import type { Handle, Scope, ScopeSet } from '@creance/proto';
import type { HashDestination } from './destination.js';
import type { Sensitivity } from './sensitivity.js';

/** Where events are pushed to. */
export interface Receiver {
  /** https; http on loopback in development only. */
  readonly url: string;
  /** Whether its address may be a private, local or otherwise special one. */
  readonly allowPrivate: boolean;
}

/** Whom to call about a workload or resource. */
export interface Owner {
  readonly name: string;
  readonly contact: string;
  readonly escalation: string | undefined;
  /** Where events of its workloads go; undefined where nothing is pushed. */
  readonly notify: {
    readonly contact: Receiver | undefined;
    readonly escalation: Receiver | undefined;
  };
}

/** A protected service. */
export interface Resource {
  readonly name: string;
  /** The `aud` of its tokens; one resource each. */
  readonly audience: string;
  readonly scopes: ReadonlyMap<Scope, ResourceScope>;
  readonly strictness: 'strict' | 'bestEffort';
  readonly maxStaleSeconds: number;
  /** Bait: nobody has business there, so touching it at all says enough. It may be granted to be in reach. */
  readonly canary: boolean;
  /** How much an action can do, by its name; may be empty. */
  readonly actions: ReadonlyMap<string, Sensitivity>;
}

/** One scope of a resource. */
export interface ResourceScope {
  readonly access: 'read' | 'write' | 'export' | 'admin';
  /** Bait: never granted, so that asking for it says enough. */
  readonly canary: boolean;
}

/** What policy lets a session of a workload ask for at one resource. */
export interface Grant {
  readonly resource: string;
  readonly scopes: ScopeSet;
  /** Seconds that a token lives when nothing is asked, and at most. */
  readonly lifetimeSeconds: number;
  readonly approval: 'none' | 'required';
}

/** What a workload may have below it. */
export interface Delegation {
  /** Levels below a session of the workload, 1 to 7; zero allows none. */
  readonly depth: number;
  /** Names of the workloads that its children may be of. */
  readonly to: ReadonlySet<string>;
}

/** What happens when another key's proof shows that a token of the workload has leaked. */
export type OnForeignKey =
  /** Every token of the session dies; it gets others. */
  | 'token'
  /** The session is revoked, with everything below it. */
  | 'session'
  /** The root is revoked, with everything below it. */
  | 'tree';

/** How far the watch goes: it says what it would have done, it tells, it acts. */
export type WatchMode = 'shadow' | 'alert' | 'enforce';

/** The rules of the watch, each of which may have a mode of its own. */
export const watchRules = [
  'pace',
  'chain',
  'breadth',
  'destination',
  'fanout',
  'denials',
  'origin',
  'upstream',
  'fanin',
  'envelope',
  'canary',
] as const;

/** A rule of the watch. */
export type WatchRule = (typeof watchRules)[number];

/** What a workload does by its own statement: enforced at once, whatever has been learned. */
export interface Pace {
  readonly turnsPerMinute: number | undefined;
  /** Actions of one turn. */
  readonly burst: number | undefined;
  /** Different destinations within a minute. */
  readonly fanout: number | undefined;
  /** Names of the only resources that it acts at. */
  readonly systems: ReadonlySet<string> | undefined;
  /** The only steps that it takes from one action to another, as `crm.contacts.read>mail.send`. */
  readonly transitions: ReadonlySet<string> | undefined;
  /** By resource, hashes (base64url) of the only destinations there; a resource that is absent is open. */
  readonly destinations: ReadonlyMap<string, ReadonlySet<string>> | undefined;
}

/** What answers a theft or the suspicion of one. */
export interface Responses {
  readonly onForeignKey: OnForeignKey;
  /** For every rule that `rules` does not name. */
  readonly mode: WatchMode;
  readonly rules: ReadonlyMap<WatchRule, WatchMode>;
}

/** Registered running software that can be attested. */
export interface Workload {
  readonly name: string;
  readonly owner: string;
  readonly class: 'agent' | 'batch' | 'human';
  readonly grants: readonly Grant[];
  readonly delegation: Delegation;
  /** Undefined when the manifest declares none. */
  readonly pace: Pace | undefined;
  readonly responses: Responses;
}

/** What an operator may do. */
export type Role = 'viewer' | 'registrar' | 'policy' | 'security' | 'keys' | 'auditor';

/** A person on call. */
export interface Operator {
  readonly name: string;
  readonly roles: ReadonlySet<Role>;
}

/** The manifest as the broker uses it: parsed once, frozen. */
export interface Registry {
  /** Absent in a manifest for development only. */
  readonly issuer: string | undefined;
  readonly owners: ReadonlyMap<string, Owner>;
  readonly resources: ReadonlyMap<string, Resource>;
  readonly resourceByAudience: ReadonlyMap<string, Resource>;
  readonly workloads: ReadonlyMap<string, Workload>;
  readonly operators: ReadonlyMap<string, Operator>;
  /** Hashes destinations that are declared, as those of the paces were. */
  readonly hashDestination: HashDestination;
}

/**
 * The registry of this moment. Every decision asks for it anew: a manifest may be replaced while the
 * broker runs.
 */
export type CurrentRegistry = () => Registry;

/** The kinds of members, that is, of sessions. */
export type MemberKind = 'workload' | 'verifier' | 'operator';

/** Somebody who may join, by registered name: a verifier's name is its resource's. */
export interface MemberRef {
  readonly kind: MemberKind;
  readonly name: string;
}

/** The handles by which a member's sessions can be cut. */
export interface MemberHandles {
  readonly member: Handle;
  /** A verifier or operator answers for itself: then the handle of the issuer's own owner. */
  readonly owner: Handle;
}

/** Whether the registry still holds a member. */
export function isRegistered(registry: Registry, { kind, name }: MemberRef): boolean {
  if (kind === 'workload') return registry.workloads.has(name);
  return kind === 'verifier' ? registry.resources.has(name) : registry.operators.has(name);
}

/** The owner of a member by name; verifiers and operators belong to the broker itself. */
export function ownerOf(registry: Registry, { kind, name }: MemberRef): string {
  return (kind === 'workload' && registry.workloads.get(name)?.owner) || 'creance';
}
