export {
  assertionCharsMax,
  assertionLifetimeSecondsMax,
  assertionType,
  parseAssertion,
  type UnverifiedAssertion,
} from './assertion.js';
export { decodeBase64url, encodeBase64url } from './base64url.js';
export type { ClaimKind, ClaimRow, ClaimTable } from './claim-row.js';
export { claimTables } from './claim-table.js';
export { connectionCode, connectionFix } from './connection-fault.js';
export { derOf, rawSignatureOf, spkiOf } from './der.js';
export {
  canonicalDestination,
  type DestinationHash,
  type DestinationKind,
  destinationCharsMax,
  destinationHashBytes,
  destinationHashFromBytes,
  destinationHashOfMac,
  destinationKeyBytes,
  destinationKinds,
  destinationMessage,
  destinationUnreadable,
  parseDestinationHash,
  parseDestinationKind,
} from './destination.js';
export type { DestinationFault } from './destination-form.js';
export {
  type ErrorParts,
  type ErrorSource,
  errorDocsUrl,
  errorText,
  reasonDocsUrl,
} from './error-text.js';
export {
  bytesOfHandle,
  type Handle,
  handleBytes,
  handleChars,
  handleFromBytes,
  parseHandle,
  parseSessionId,
  type SessionId,
  sessionIdFromBytes,
} from './handle.js';
export {
  type ChildJoinString,
  formatChildJoinString,
  formatJoinString,
  isJoinToken,
  type JoinString,
  joinStringCharsMax,
  parseChildJoinString,
  parseJoinString,
} from './join-string.js';
export {
  type PublicJwk,
  parsePublicJwk,
  parseThumbprint,
  type Thumbprint,
  thumbprintInput,
} from './jwk.js';
export {
  asJsonObject,
  type JsonObject,
  type JwsFault,
  type JwsForm,
  parseJsonObject,
  parseJws,
  type UnverifiedJws,
} from './jws.js';
export {
  handlesOfLineage,
  type Lineage,
  lineageHandlesMax,
  lineageKindMax,
  packLineage,
  unpackLineage,
} from './lineage.js';
export {
  type ProofExpectation,
  type ProofFault,
  parseProof,
  proofCharsMax,
  proofFault,
  proofFutureSeconds,
  proofPastSeconds,
  proofTarget,
  proofWindowSeconds,
  type UnverifiedProof,
} from './proof.js';
export {
  errorDomain,
  errorInfoReason,
  type Reason,
  type ReasonRow,
  reasonFromErrorInfo,
  reasonRow,
  reasons,
} from './reason.js';
export { ok, type Result, refuse } from './result.js';
export {
  nextRevision,
  parseRevision,
  type Revision,
  revisionFromWire,
  revisionZero,
} from './revision.js';
export {
  firstScopeMissing,
  formatScopes,
  parseScope,
  parseScopeClaim,
  parseScopes,
  type Scope,
  type ScopeFault,
  type ScopeSet,
  scopeCharsMax,
  scopesMax,
} from './scope.js';
export {
  type Actor,
  formatClaims,
  nameCharsMax,
  parseToken,
  type TokenClaims,
  type TokenFault,
  tokenBytesMax,
  tokenCharsParsedMax,
  tokenLeewaySeconds,
  tokenLifetimeSecondsDefault,
  tokenLifetimeSecondsMax,
  tokenLifetimeSecondsMin,
  type UnverifiedToken,
  uriCharsMax,
} from './token.js';
