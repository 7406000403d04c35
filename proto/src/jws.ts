import { decodeBase64url } from './base64url.js';
import { ok, type Result, refuse } from './result.js';

/** A signed compact JWS whose signature nobody has checked yet (RFC 7515 §3.1). */
export interface UnverifiedJws {
  /** Header members; own members only, no prototype. */
  readonly header: JsonObject;
  /** Payload members; own members only, no prototype. */
  readonly payload: JsonObject;
  /** `header.payload` as ASCII text: what the signature covers. */
  readonly signingInput: string;
  /** The signature's bytes. */
  readonly signature: Uint8Array;
}

/** A parsed JSON object with a null prototype, so that no claim name reaches `Object.prototype`. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Why a text is no JWS that we read. */
export type JwsFault =
  | 'too_large'
  | 'malformed'
  | 'not_canonical'
  | 'header_not_allowed'
  | 'wrong_algorithm'
  | 'wrong_type';

/** What a kind of JWS may look like. */
export interface JwsForm {
  /** Characters at most; nothing longer is looked into. */
  readonly charsMax: number;
  /** `typ` values, all of them meaning the same kind (RFC 8725 §3.11). */
  readonly types: readonly string[];
  /** Header members beside `alg` and `typ` that must be there; any other is refused. */
  readonly members: readonly string[];
}

const utf8: TextDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses a compact JWS and checks its form, not its signature. Size first, then canonical base64url,
 * then an allow-list of header members: `jku`, `x5u`, `x5c`, `crit` and all unknown ones are refused,
 * and `alg` is only compared, never believed (RFC 8725 §3.1, §3.10).
 */
export function parseJws(text: string, form: JwsForm): Result<UnverifiedJws, JwsFault> {
  if (text.length > form.charsMax) return refuse('too_large');
  const parts = text.split('.', 4);
  if (parts.length !== 3) return refuse('malformed');
  const [headerPart, payloadPart, signaturePart] = parts as [string, string, string];
  const headerBytes = decodeBase64url(headerPart);
  const payloadBytes = decodeBase64url(payloadPart);
  const signature = decodeBase64url(signaturePart);
  if (!headerBytes || !payloadBytes || !signature) return refuse('not_canonical');
  const header = parseJsonObject(headerBytes);
  const payload = parseJsonObject(payloadBytes);
  if (!header || !payload) return refuse('malformed');
  const fault = headerFault(header, form);
  if (fault !== undefined) return refuse(fault);
  // ES256 signatures are r || s, 64 bytes, never DER (RFC 7518 §3.4).
  if (signature.length !== 64) return refuse('malformed');
  return ok({
    header,
    payload,
    signingInput: text.slice(0, headerPart.length + 1 + payloadPart.length),
    signature,
  });
}

function headerFault(header: JsonObject, form: JwsForm): JwsFault | undefined {
  const names = Object.keys(header);
  const allowed = (name: string) => name === 'alg' || name === 'typ' || form.members.includes(name);
  if (!names.every(allowed)) return 'header_not_allowed';
  if (header['alg'] !== 'ES256') return 'wrong_algorithm';
  if (!form.types.includes(header['typ'] as string)) return 'wrong_type';
  return form.members.every((name) => name in header) ? undefined : 'malformed';
}

/** Parses bytes as one JSON object with a null prototype; undefined when they are anything else. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    return asJsonObject(JSON.parse(utf8.decode(bytes)));
  } catch {
    return undefined;
  }
}

/** Whether a claim is a text of 1 to `max` characters. */
export function isText(value: unknown, max: number): value is string {
  return typeof value === 'string' && value.length > 0 && value.length <= max;
}

/** Whether a claim is a moment in whole Unix seconds, or is not there. */
export function isOptionalSeconds(value: unknown): value is number | undefined {
  return value === undefined || (Number.isSafeInteger(value) && (value as number) >= 0);
}

/** Copies the own members of a plain object to one without prototype; undefined for anything else. */
export function asJsonObject(value: unknown): JsonObject | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return Object.assign(Object.create(null), value) as JsonObject;
}
