import {
  ActionServiceService,
  OperatorServiceService,
  RegistryServiceService,
  SessionServiceService,
  type StreamRequest,
  VerifierServiceService,
} from '@creance/proto/wire';
import type { AccessRule } from '../domain/access.js';
import type { MemberKind, Role } from '../domain/registry.js';
import { HealthService, ReflectionAlphaService, ReflectionService } from './public-services.js';

/** Every service of the edge. */
export const services: {
  readonly session: typeof SessionServiceService;
  readonly action: typeof ActionServiceService;
  readonly verifier: typeof VerifierServiceService;
  readonly operator: typeof OperatorServiceService;
  readonly registry: typeof RegistryServiceService;
  readonly health: typeof HealthService;
  readonly reflection: typeof ReflectionService;
  readonly reflectionAlpha: typeof ReflectionAlphaService;
} = {
  session: SessionServiceService,
  action: ActionServiceService,
  verifier: VerifierServiceService,
  operator: OperatorServiceService,
  registry: RegistryServiceService,
  health: HealthService,
  reflection: ReflectionService,
  reflectionAlpha: ReflectionAlphaService,
};

/** Short names of the services. */
export type ServiceName = keyof typeof services;

/** One rule for each method of each service: a row too few or too many does not compile. */
export type AccessTable = {
  readonly [Name in ServiceName]: {
    readonly [Method in keyof (typeof services)[Name]]: AccessRule;
  };
};

const anyone: AccessRule = { by: 'anyone' };

const session = (
  kinds: readonly MemberKind[],
  proof: { readonly digest: boolean; readonly newKey?: boolean; readonly whileHeld?: boolean },
): AccessRule => ({ by: 'session', kinds, ...proof });

/** An operator holds exactly this role, or one of these: none implies another. */
const operator = (
  role: Role | readonly Role[],
  proof: { readonly digest: boolean },
): AccessRule => ({
  by: 'session',
  kinds: ['operator'],
  role,
  digest: proof.digest,
});

/** Who may make which call, and how it is proved. */
export const access: AccessTable = {
  session: {
    openSession: { by: 'new-key' },
    issueToken: session(['workload'], { digest: false }),
    renewSession: session(['workload', 'verifier', 'operator'], { digest: false }),
    endSession: session(['workload', 'verifier', 'operator'], { digest: true }),
    delegateSession: session(['workload'], { digest: true, newKey: true }),
    createChildJoinToken: session(['workload'], { digest: true }),
    rekeySession: session(['workload', 'verifier', 'operator'], {
      digest: true,
      newKey: true,
      whileHeld: true,
    }),
    stream: session(['workload'], { digest: false }),
  },
  action: {
    reportActions: session(['workload', 'verifier'], { digest: false }),
  },
  verifier: {
    subscribe: session(['verifier'], { digest: false }),
    acknowledge: session(['verifier'], { digest: false }),
  },
  operator: {
    cut: operator('security', { digest: true }),
    suspend: operator('security', { digest: true }),
    resume: operator('security', { digest: true }),
    // Which of the two roles, the act decides; to say no any of those who may propose or join is enough.
    approveProposal: operator(['policy', 'security'], { digest: true }),
    denyProposal: operator(['registrar', 'policy', 'security'], { digest: true }),
    listProposals: operator(['viewer', 'registrar', 'policy', 'security', 'auditor'], {
      digest: false,
    }),
    compromiseKey: operator('keys', { digest: true }),
    listKeys: operator('viewer', { digest: false }),
    listSessions: operator('viewer', { digest: false }),
    getSession: operator(['viewer', 'security'], { digest: false }),
    listVerifiers: operator('viewer', { digest: false }),
    explainSession: operator(['viewer', 'security'], { digest: false }),
    explainRefusal: operator(['viewer', 'security'], { digest: false }),
    suggestEnvelope: operator(['viewer', 'policy'], { digest: false }),
    readHistory: operator('viewer', { digest: false }),
    watchEvents: operator(['viewer', 'security', 'auditor'], { digest: false }),
    listDeliveries: operator(['viewer', 'security', 'auditor'], { digest: false }),
  },
  registry: {
    createJoinToken: operator('registrar', { digest: true }),
    planManifest: operator(['viewer', 'registrar', 'policy'], { digest: false }),
    applyManifest: operator(['registrar', 'policy'], { digest: true }),
    listManifestVersions: operator(['viewer', 'registrar', 'policy'], { digest: false }),
    getManifest: operator(['viewer', 'registrar', 'policy'], { digest: false }),
  },
  health: { check: anyone, watch: anyone },
  reflection: { serverReflectionInfo: anyone },
  reflectionAlpha: { serverReflectionInfo: anyone },
};

/** The kinds of messages that a session may send over its stream. */
export type StreamMessageKind = NonNullable<StreamRequest['kind']>['$case'];

/**
 * Which kinds of sessions may send each kind of message over a stream that they were let in to open. A
 * message is never let through where the call of the same name is not.
 */
export const streamAccess: {
  readonly [Kind in StreamMessageKind]: readonly MemberKind[];
} = {
  issueToken: ['workload'],
  renewSession: ['workload', 'verifier', 'operator'],
  reportActions: ['workload', 'verifier'],
  challengeAnswer: ['workload', 'verifier', 'operator'],
};

/** What the owner of a development broker may call over its unix socket, all roles included. */
export const devOwnerMay: { readonly [Name in ServiceName]: boolean } = {
  session: false,
  action: false,
  verifier: false,
  operator: true,
  registry: true,
  health: true,
  reflection: true,
  reflectionAlpha: true,
};
