/** The header, or gRPC metadata, by which the resource's verifier reports an action under the agent's id. */
export const actionHeader = 'creance-action';

/**
 * The headers of one request (RFC 9449 §7.1). Bearer material, fit for this request only. The id of the
 * action, 22 characters of base64url, says nothing by itself; absent when the session does not report.
 */
export type SignedHeaders = {
  readonly authorization: string;
  readonly dpop: string;
  readonly [actionHeader]?: string;
};
