import { join } from 'node:path';
import { type EdgeParts, joinEdgeParts, type OpenRooms } from '../../broker/src/edge-parts.js';
import { joinEvents, type RunningEvents } from '../../broker/src/event-parts.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { startHistory } from '../../broker/src/history-parts.js';
import { LiveRegistry } from '../../broker/src/live-registry.js';
import { parseManifest } from '../../broker/src/manifest/index.js';
import { manifestCheck } from '../../broker/src/manifest-parts.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { systemEntropy } from '../../broker/src/runtime/entropy.js';
import { openSqliteStore } from '../../broker/src/store/index.js';
import type { Store } from '../../broker/src/store/store.js';
import { openKeys } from '../../broker/src/tokens/broker-keys.js';

/** Audience of the resource `crm`. */
export const edgeAudience = 'https://crm.example.internal';

const issuer = 'https://creance.example.internal';

/** One member of each kind, and an operator for each role. */
export const plainManifest: string = `apiVersion: creance/v1
issuer: ${issuer}
owners:
  team: { contact: team@example.com }
resources:
  crm:
    audience: ${edgeAudience}
    scopes: { contacts:read: { access: read }, contacts:export: { access: export } }
workloads:
  triage:
    owner: team
    class: agent
    evidence: [{ kind: join-token }]
    grants:
      - { resource: crm, scopes: [contacts:read], lifetimeSeconds: 300 }
operators:
  viewer: { roles: [viewer] }
  registrar: { roles: [registrar] }
  policy: { roles: [policy] }
  security: { roles: [security] }
  keys: { roles: [keys] }
  auditor: { roles: [auditor] }
`;

/** What stands behind an edge. */
export interface EdgeUnderTest {
  readonly feed: Feed;
  readonly store: Store;
  readonly behind: EdgeParts;
  /** Closed by the edge, but for what listens to the store. */
  readonly events: RunningEvents;
}

/** The rooms behind the edge, joined by the broker's own hand. */
export function openParts(
  folder: string,
  publicOrigin: () => string,
  hooks: Pick<OpenRooms, 'meters' | 'logger'>,
  manifest: string = plainManifest,
): EdgeUnderTest {
  const [clock, entropy] = [systemClock, systemEntropy()];
  const parsed = parseManifest(manifest, 'creance.yaml', { dev: false });
  if (!parsed.ok) throw new Error('the manifest of the test is faulty');
  const identity = { issuer, dev: false };
  const keys = openKeys(join(folder, 'keys'), identity, clock.now());
  const opened = openSqliteStore({ directory: folder, identity, clock });
  if (!keys.ok || !opened.ok) throw new Error('keys or store do not open');
  const current = parsed.value.registry(keys.value.destinations.hash);
  const live = new LiveRegistry(current);
  const registry = live.current;
  const store = opened.value;
  const feed = new Feed({
    issuer,
    signer: keys.value.feed,
    clock,
    store,
    onOverflow() {},
    enforced: {
      onEach: (...enforced) => events.enforcement.enforced(...enforced),
      onLast: (...enforced) => events.enforcement.enforcedByAll(...enforced),
    },
  });
  const events = joinEvents({ store, registry, clock, meters: hooks.meters });
  const behind = joinEdgeParts({
    registry,
    identity,
    keys: keys.value,
    store,
    feed,
    clock,
    entropy,
    ...hooks,
    onTold: events.tellSignal,
    isClockSafe: () => true,
    publicOrigin,
    loopbackOnly: true,
    // Nobody stops it: with no bytes it writes nothing.
    history: startHistory({ data: folder, bytes: 0, ...hooks }).history,
    manifests: {
      check: manifestCheck(identity, keys.value.destinations.hash),
      change: (after, write) => live.change(after, write),
    },
    networks: { asn: undefined, city: undefined, providerAsns: new Set() },
  });
  return { feed, store, behind, events };
}
