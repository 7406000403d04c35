export type { DestinationKind } from '@creance/proto';
export type { AuditHead, AuditWitnessFault } from './audit-witness.js';
export type { Call } from './call.js';
export { choosePrimitives } from './choose-primitives.js';
export type { CutFault } from './cuts.js';
export { type Destination, DestinationKey, type SeenDestinations } from './destinations.js';
export type { LimitReason, OnEvent, VerifierEvent } from './events.js';
export { Failure, type FailureBody, type FailureParts } from './failure.js';
export type { FailureRow } from './failure-row.js';
export { type FailureReason, failures } from './failures.js';
export {
  type Applied,
  Feed,
  type FeedDecoders,
  type FeedFault,
  type FeedOptions,
  type WireOpening,
  type WireSignedFrame,
} from './feed.js';
export {
  type FeedEntry,
  type FeedFrame,
  readFrame,
  type SteadyReading,
  type TokenKey,
  type WireEntry,
  type WireFrame,
} from './frame.js';
export { type Identity, TokenEnded } from './identity.js';
export { type VerifierLimits, verifierLimits } from './limits.js';
export { nodePrimitives } from './node-primitives.js';
export type { Origin, OriginOptions } from './origin.js';
export type { Primitives, Soon, VerifyKey } from './primitives.js';
export type {
  Report,
  ReportedAction,
  ReportFault,
  ReportReply,
  SendReport,
} from './reports/report.js';
export { Reporter, type ReporterParts } from './reports/reporter.js';
export type { RequireArguments, RouteOptions } from './route-options.js';
export type { Clock, Timer } from './runtime/clock.js';
export type { Entropy } from './runtime/entropy.js';
export type { FeedSettings, Strictness, WireSettings } from './settings.js';
export type { SpanReference } from './telemetry/reference.js';
export { troubleText } from './trouble.js';
export {
  createVerifier,
  type Verified,
  type Verifier,
  type VerifierOptions,
  type VerifyOptions,
} from './verifier.js';
export type { VerifierStatus } from './verifier-status.js';
export { type Arrival, type FrameFault, View, type ViewChange } from './view.js';
export { type ProtectOptions, protect, type WebHandler } from './web.js';
export { webPrimitives } from './web-primitives.js';
export type {
  SeenForeignProof,
  SeenOrigin,
  SeenProof,
  Sighting,
  Witness,
} from './witness.js';
