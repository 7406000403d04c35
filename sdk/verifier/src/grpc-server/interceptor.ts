import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { actionHeader, type Call } from '../call.js';
import { Failure } from '../failure.js';
import { checkScopes } from '../options.js';
import { type OriginOptions, originOf } from '../origin.js';
import type { Verified, Verifier } from '../verifier.js';
import { type DestinationsOfMessage, LateAim } from './late-aim.js';
import { ProtectedCall } from './protected-call.js';

/**
 * Which methods ask for what. A method that is named nowhere is refused to everybody. Reports tell the
 * network of the connection's peer; behind a proxy, say so.
 */
export interface ProtectedMethods extends OriginOptions<Metadata> {
  /** Scopes by method: `{ '/crm.v1.Contacts/Export': ['contacts:export'] }`. The token must hold them all. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** Methods that anybody may call without a token, such as `/grpc.health.v1.Health/Check`. */
  readonly unprotected?: readonly string[] | undefined;
  /**
   * What the message of a method is aimed at, for reports:
   * `{ '/mail.v1.Mail/Send': (mail: Mail) => mail.to.map((value) => ({ kind: 'email', value })) }`. A call is
   * judged before its message and reported with it, so only what was let through is asked: it must not act,
   * and only hashes leave the process. What it throws ends the call with INTERNAL. Only for methods with one
   * request message: a stream of them has no one aim, and a call of such a method ends with INTERNAL.
   */
  readonly destinations?: Readonly<Record<string, DestinationsOfMessage>> | undefined;
}

const methodForm = /^\/[\w.]+\/\w+$/;

/**
 * Protects a server of grpc-js: `new Server({ interceptors: [creanceServerInterceptor(verifier, …)] })`.
 *
 * A call carries the metadata `authorization: DPoP <token>` and `dpop: <proof>`; the proof is for POST
 * and `<public origin>/<package>.<Service>/<Method>`. What is refused ends with UNAUTHENTICATED,
 * PERMISSION_DENIED or UNAVAILABLE and a google.rpc.ErrorInfo. When the token ends while a call runs,
 * unary or streaming, the call ends at once and its handler sees `cancelled`. `identityOf(call)` says
 * who calls. Throws for a name that is no method and a scope that is none by form.
 *
 * Of two `authorization` entries Node keeps the first, and grpc-js shows no others.
 */
export function creanceServerInterceptor(
  verifier: Verifier,
  { scopes, unprotected = [], destinations = {}, ...origin }: ProtectedMethods,
): ServerInterceptor {
  const rules = new Map(Object.entries(scopes).map(([path, each]) => [path, frozen(each)]));
  for (const each of rules.values()) checkScopes(each);
  for (const path of [...rules.keys(), ...unprotected]) checkMethod(path);
  const aims = new Map(Object.entries(destinations));
  for (const path of aims.keys()) if (!rules.has(path)) throw notNamed();
  return ({ path, requestStream }, call) => {
    const required = rules.get(path);
    if (required === undefined && unprotected.includes(path))
      return new ServerInterceptingCall(call);
    const destinationsOf = aims.get(path);
    const aim = destinationsOf && new LateAim(destinationsOf);
    const verify = async (metadata: Metadata) => {
      if (required === undefined) return notProtected();
      if (aim !== undefined && requestStream) throw noOneMessage();
      const peer = call.getConnectionInfo().remoteAddress;
      const client = entryOf(metadata, 'user-agent');
      return verifier.verifyCall(callOf(path, metadata), {
        scopes: required,
        action: path,
        destinations: aim?.named,
        origin: originOf(metadata, origin, { address: peer, client }),
      });
    };
    return new ProtectedCall(call, verify, aim);
  };
}

function callOf(path: string, metadata: Metadata): Call {
  return {
    method: 'POST',
    pathname: path,
    authorization: entryOf(metadata, 'authorization'),
    proof: entryOf(metadata, 'dpop'),
    actionId: entryOf(metadata, actionHeader),
    traceHeader: (name) => entryOf(metadata, name),
  };
}

/** Several entries of one name are joined as several headers are: neither form knows a comma. */
function entryOf(metadata: Metadata, name: string): string | null {
  const values = metadata.get(name);
  return values.length === 0 ? null : values.join(', ');
}

/** Nobody is let through because somebody forgot to ask for something. */
function notProtected(): Verified {
  return { ok: false, failure: new Failure('method_not_protected') };
}

function notNamed(): TypeError {
  return new TypeError('destinations are those of a method that has scopes');
}

function noOneMessage(): TypeError {
  return new TypeError('destinations are those of a method with one request message');
}

function frozen(scopes: readonly string[]): readonly string[] {
  return Array.isArray(scopes) ? Object.freeze([...scopes]) : scopes;
}

function checkMethod(path: string): void {
  if (!methodForm.test(path)) throw new TypeError('a method is named /package.Service/Method');
}
