import type { Scope } from '@creance/proto';
import { type ChangeBelow, changeAt, changesOfSet, keysOfBoth } from './plan-change.js';
import { bestEffortLifetimeSecondsMax } from './policy.js';
import type { Delegation, Registry, Workload } from './registry.js';

/** What the grants of a workload come to for one scope of one resource. */
interface Held {
  readonly open: boolean;
  /** Seconds that its tokens live at most. */
  readonly lifetimeSeconds: number;
}

type HeldScopes = ReadonlyMap<Scope, Held>;

/**
 * What a workload may ask for, scope by scope: several grants of one resource are one thing to whoever
 * holds them, so that one that moves from one grant to another is no change.
 */
export function grantChanges(
  [before, was]: readonly [Registry, Workload | undefined],
  [after, is]: readonly [Registry, Workload],
): readonly ChangeBelow[] {
  const [held, will] = [heldBy(before, was), heldBy(after, is)];
  return keysOfBoth(held, will).flatMap((resource) => {
    const [now, then] = [held.get(resource), will.get(resource)];
    return keysOfBoth(now, then).flatMap((scope) => {
      const [old, fresh] = [now?.get(scope), then?.get(scope)];
      const path = `grants.${resource}.${scope}`;
      return changeAt(
        { path, before: old && words(old), after: fresh && words(fresh) },
        fresh && widerThan(old, fresh),
      );
    });
  });
}

/** What a workload may have below it. */
export function delegationChanges(before: Delegation, after: Delegation): readonly ChangeBelow[] {
  const [was, is] = [before.depth, after.depth];
  return [
    ...changeAt(
      { path: 'delegation.depth', before: depthText(was), after: depthText(is) },
      is > was && 'sessions may lie deeper below it',
    ),
    ...changesOfSet('delegation.to', before.to, after.to, {
      added: 'its sessions may have children of this workload',
    }),
  ];
}

const depthText = (depth: number) => (depth === 0 ? undefined : String(depth));

function words({ open, lifetimeSeconds }: Held): string {
  return open ? `${lifetimeSeconds} s` : `${lifetimeSeconds} s, approval required`;
}

function widerThan(before: Held | undefined, after: Held): string | undefined {
  if (before === undefined) return 'it may ask for this scope';
  if (after.open && !before.open) return 'it needs no approval any more';
  return after.lifetimeSeconds > before.lifetimeSeconds ? 'its tokens live longer' : undefined;
}

function heldBy(registry: Registry, workload: Workload | undefined): Map<string, HeldScopes> {
  const held = new Map<string, Map<Scope, Held>>();
  for (const { resource, scopes, lifetimeSeconds, approval } of workload?.grants ?? []) {
    const most = capOf(registry, resource);
    const grant = { open: approval === 'none', lifetimeSeconds: Math.min(lifetimeSeconds, most) };
    const ofResource = held.get(resource) ?? new Map<Scope, Held>();
    for (const scope of scopes) ofResource.set(scope, better(ofResource.get(scope), grant));
    held.set(resource, ofResource);
  }
  return held;
}

/** As `decide` chooses: a grant that needs no approval, and of these the one that lives longest. */
function better(one: Held | undefined, other: Held): Held {
  if (one === undefined) return other;
  if (one.open !== other.open) return one.open ? one : other;
  return one.lifetimeSeconds >= other.lifetimeSeconds ? one : other;
}

function capOf(registry: Registry, resource: string): number {
  const isBestEffort = registry.resources.get(resource)?.strictness === 'bestEffort';
  return isBestEffort ? bestEffortLifetimeSecondsMax : Number.MAX_SAFE_INTEGER;
}
