import { join } from 'node:path';
import { authenticator } from '../../broker/src/attest/authenticate.js';
import { joinTokenAttestor } from '../../broker/src/attest/join-token.js';
import { keyAssertionAttestor } from '../../broker/src/attest/key-assertion.js';
import { isNetwork } from '../../broker/src/attest/networks.js';
import { createJoinToken } from '../../broker/src/commands/create-join-token.js';
import { cut } from '../../broker/src/commands/cut.js';
import { endSession } from '../../broker/src/commands/end-session.js';
import { issueToken } from '../../broker/src/commands/issue-token.js';
import { listSessions } from '../../broker/src/commands/list-sessions.js';
import { openSession } from '../../broker/src/commands/open-session.js';
import { renewSession } from '../../broker/src/commands/renew-session.js';
import { Feed } from '../../broker/src/feed/feed.js';
import { openings } from '../../broker/src/feed/opening.js';
import { parseManifest } from '../../broker/src/manifest/index.js';
import type { EdgeOptions } from '../../broker/src/rpc/edge.js';
import type { EdgeCommands } from '../../broker/src/rpc/handlers.js';
import { systemClock } from '../../broker/src/runtime/clock.js';
import { systemEntropy } from '../../broker/src/runtime/entropy.js';
import { openSqliteStore } from '../../broker/src/store/index.js';
import type { Store } from '../../broker/src/store/store.js';
import { openKeys } from '../../broker/src/tokens/broker-keys.js';
import { openNonces } from '../../broker/src/tokens/nonces.js';
import { openProofJudge, type ProofJudge } from '../../broker/src/tokens/proof-judge.js';
import { openReplayMemory } from '../../broker/src/tokens/replay-memory.js';

/** Audience of the resource `crm`. */
export const edgeAudience = 'https://crm.example.internal';

const issuer = 'https://creance.example.internal';

/** One member of each kind, and an operator for each role. */
const manifest = `apiVersion: creance/v1
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
export interface EdgeParts {
  readonly feed: Feed;
  readonly store: Store;
  readonly behind: Pick<
    EdgeOptions,
    'registry' | 'clock' | 'entropy' | 'commands' | 'authenticate' | 'openings'
  > & { readonly judge: ProofJudge };
}

/** The rooms behind the edge, as broker.ts joins them. */
export function openParts(folder: string, publicOrigin: () => string): EdgeParts {
  const [clock, entropy] = [systemClock, systemEntropy()];
  const parsed = parseManifest(manifest, 'creance.yaml', { dev: false });
  if (!parsed.ok) throw new Error('the manifest of the test is faulty');
  const registry = parsed.value;
  const identity = { issuer, dev: false };
  const keys = openKeys(join(folder, 'keys'), identity, clock.now());
  const opened = openSqliteStore({ directory: folder, identity, clock });
  if (!keys.ok || !opened.ok) throw new Error('keys or store do not open');
  const store = opened.value;
  const { feed: feedKey, anchor, ring } = keys.value;
  const feed = new Feed({ issuer, signer: feedKey, clock, store, onOverflow() {} });
  const nonces = openNonces(entropy);
  const replays = openReplayMemory(65);
  const judge = openProofJudge({ publicOrigin, clock, nonces, replays });
  const assertions = { issuer, clock, nonces, replays };
  const attestors = {
    'join-token': joinTokenAttestor(store, assertions),
    'key-assertion': keyAssertionAttestor(store, assertions),
  };
  const commands: EdgeCommands = {
    openSession: openSession({ registry, store, entropy, attestors }),
    issueToken: issueToken({ issuer, registry, store, ring, entropy }),
    renewSession: renewSession(store),
    endSession: endSession(store),
    cut: cut(store, () => feed.subscribers().length),
    listSessions: listSessions(store),
    createJoinToken: createJoinToken({
      registry,
      store,
      entropy,
      isNetwork,
      issuer,
      publicOrigin,
      anchor: anchor.keyId,
      loopbackOnly: true,
    }),
  };
  const behind = {
    judge,
    registry,
    clock,
    entropy,
    commands,
    authenticate: authenticator({ judge, store, registry }),
    openings: openings({
      issuer,
      dev: false,
      anchor,
      feed: feedKey,
      now: () => clock.now(),
    }),
  };
  return { feed, store, behind };
}
