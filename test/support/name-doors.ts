import {
  ApplyManifestRequest,
  CreateJoinTokenRequest,
  CutRequest,
  DestinationKind,
  IssueTokenRequest,
  type Observation,
  ReportActionsRequest,
  SessionKind,
  SuspendRequest,
  type Task,
} from '@creance/proto/wire';
import type { BareAgent } from './bare-agent.js';
import { audiences, flowManifest } from './flow-manifest.js';
import { FlowStage } from './flow-stage.js';
import { observation } from './hostile-resource.js';
import { delegate, openWith, outcomeOf } from './raw-tree.js';
import { TestKey } from './test-key.js';

/** A broker, an agent that sends what it likes, and the owner of the data folder. */
export class NameStage {
  readonly stage: FlowStage;
  readonly agent: BareAgent;
  /** A session of the agent that nobody else uses. */
  held = '';
  /** Versions of the manifest. */
  manifests = 0;

  private constructor(stage: FlowStage, agent: BareAgent) {
    this.stage = stage;
    this.agent = agent;
  }

  static async start(): Promise<NameStage> {
    const stage = await FlowStage.start();
    return new NameStage(stage, await stage.bare('triage'));
  }

  async openAnother(): Promise<void> {
    const { client, evidenceKey, join } = this.agent;
    const opened = await client.open(join, evidenceKey, new TestKey(), false);
    this.held = opened.sessionId.toString('base64url');
  }

  /** A manifest that differs from the one before, so that it becomes a version. */
  nextManifest(): string {
    this.manifests += 1;
    return `${flowManifest()}  reader-${this.manifests}: { roles: [viewer] }\n`;
  }
}

/** Sends a text through a door; gives what became of it. */
export type Send = (at: NameStage, text: string) => Promise<string>;

/** A call of the agent, by its session. */
const asked = (at: NameStage, method: string, request: Uint8Array) =>
  outcomeOf(at.agent.client.call(`SessionService/${method}`, request, at.agent.key, at.agent.id));
/** A call of the owner, over the socket. */
const operated = (at: NameStage, method: string, request: Uint8Array) =>
  outcomeOf(at.stage.broker.operatorCall(method, request));

const issue = (at: NameStage, audience: string, scopes: string[]) =>
  asked(
    at,
    'IssueToken',
    IssueTokenRequest.encode({ audience, scopes, lifetimeSeconds: 0 }).finish(),
  );

const opened = (at: NameStage, parts: Parameters<typeof openWith>[3]) =>
  outcomeOf(
    openWith(
      at.agent.client,
      { join: at.agent.join, key: at.agent.evidenceKey, redeem: false },
      new TestKey(),
      parts,
    ),
  );

function declared(change: Partial<Task['grants'][number]>): Task {
  const destination = { kind: DestinationKind.DESTINATION_KIND_EMAIL, value: 'a@example.com' };
  const grant = { audience: audiences.mail, scopes: ['mail:send'], destinations: [destination] };
  return { grants: [{ ...grant, ...change }], lifetimeSeconds: 0 };
}

function reported(at: NameStage, change: Partial<Observation>): Promise<string> {
  const sessionId = Buffer.from(at.agent.id, 'base64url');
  const seen = observation({
    sessionId,
    audience: audiences.crm,
    action: 'contacts.read',
    ...change,
  });
  const ask = { observations: [seen], proofs: [], dropped: 0 };
  const bytes = ReportActionsRequest.encode(ask).finish();
  return outcomeOf(
    at.agent.client.call('ActionService/ReportActions', bytes, at.agent.key, at.agent.id),
  );
}

const upstream = (parts: object) => ({
  issuer: 'https://idp.example',
  subject: 'ada',
  sessionId: '',
  ...parts,
});

/** Every door that a name or a text of somebody else comes through, and what becomes of it there. */
export const nameDoors: readonly (readonly [string, string, Send])[] = [
  [
    'the audience of a token',
    'resource_unknown',
    (at, text) => issue(at, `https://${text}`, ['a']),
  ],
  ['a scope', 'scope_malformed', (at, text) => issue(at, audiences.crm, [text])],
  [
    'an audience of a task',
    'resource_unknown|task_malformed|task_not_allowed',
    (at, text) => opened(at, { task: declared({ audience: text }) }),
  ],
  [
    'a scope of a task',
    'task_malformed|scope_malformed',
    (at, text) => opened(at, { task: declared({ scopes: [text] }) }),
  ],
  [
    'a destination of a task',
    'task_malformed',
    (at, text) =>
      opened(at, {
        task: declared({
          destinations: [
            { kind: DestinationKind.DESTINATION_KIND_EMAIL, value: `${text}@example.com` },
          ],
        }),
      }),
  ],
  [
    'the task of a child',
    'task_malformed|scope_malformed|resource_unknown',
    (at, text) => {
      const task = declared({ scopes: [text] });
      return outcomeOf(delegate(at.agent.client, at.agent, new TestKey(), task));
    },
  ],
  [
    'the issuer of a login',
    'upstream_malformed',
    (at, text) => opened(at, { upstream: upstream({ issuer: `https://idp.example/${text}` }) }),
  ],
  [
    'the subject of a login',
    'upstream_malformed',
    (at, text) => opened(at, { upstream: upstream({ subject: text }) }),
  ],
  [
    'the session of a login',
    'upstream_malformed',
    (at, text) => opened(at, { upstream: upstream({ sessionId: text }) }),
  ],
  ['an action that is reported', 'request_malformed', (at, text) => reported(at, { action: text })],
  [
    'a refusal that is reported',
    'request_malformed',
    (at, text) => reported(at, { refusal: text }),
  ],
  [
    'a client that is reported',
    'request_malformed',
    (at, text) => reported(at, { origin: { networkPrefix: Buffer.alloc(0), client: text } }),
  ],
  [
    'the audience of an action',
    'ok|request_malformed',
    (at, text) => reported(at, { audience: `https://${text}` }),
  ],
  [
    'the member of a join token',
    'member_unknown|request_malformed',
    (at, name) => {
      const kind = SessionKind.SESSION_KIND_WORKLOAD;
      const ask = { kind, name, uses: 1, lifetimeSeconds: 0, networks: [] };
      return operated(
        at,
        'RegistryService/CreateJoinToken',
        CreateJoinTokenRequest.encode(ask).finish(),
      );
    },
  ],
  [
    'a network of a join token',
    'request_malformed',
    (at, text) => {
      const kind = SessionKind.SESSION_KIND_WORKLOAD;
      const ask = { kind, name: 'triage', uses: 1, lifetimeSeconds: 0, networks: [text] };
      return operated(
        at,
        'RegistryService/CreateJoinToken',
        CreateJoinTokenRequest.encode(ask).finish(),
      );
    },
  ],
  [
    'the workload of a cut',
    'target_unknown|request_malformed',
    (at, value) => {
      const ask = { target: { $case: 'workload' as const, value }, reason: 'a test' };
      return operated(at, 'OperatorService/Cut', CutRequest.encode(ask).finish());
    },
  ],
  [
    'the reason of a suspension',
    'ok|session_suspended|reason_missing',
    (at, reason) => {
      const ask = { sessionId: Buffer.from(at.held, 'base64url'), reason };
      return operated(at, 'OperatorService/Suspend', SuspendRequest.encode(ask).finish());
    },
  ],
  [
    'the reason of a manifest',
    'ok|reason_missing',
    (at, reason) => {
      const source = { $case: 'text' as const, value: at.nextManifest() };
      const ask = { source, expectedVersion: BigInt(at.manifests), prune: true, reason };
      return operated(
        at,
        'RegistryService/ApplyManifest',
        ApplyManifestRequest.encode(ask).finish(),
      );
    },
  ],
];
