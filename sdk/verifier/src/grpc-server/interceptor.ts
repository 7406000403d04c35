import { type Metadata, ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js';
import { actionHeader, type Call } from '../call.js';
import { Failure } from '../failure.js';
import { checkScopes } from '../options.js';
import { type OriginOptions, originOf } from '../origin.js';
import type { Verified, Verifier } from '../verifier.js';
import { ProtectedCall } from './protected-call.js';

/**
 * Which methods ask for what. A method that is named nowhere is refused to everybody. Reports tell the
 * network of the connection's peer; behind a proxy, say so. Of what a message is aimed at nothing is told:
 * a call is judged before its first message.
 */
export interface ProtectedMethods extends OriginOptions<Metadata> {
  /** Scopes by method: `{ '/crm.v1.Contacts/Export': ['contacts:export'] }`. The token must hold them all. */
  readonly scopes: Readonly<Record<string, readonly string[]>>;
  /** Methods that anybody may call without a token, such as `/grpc.health.v1.Health/Check`. */
  readonly unprotected?: readonly string[] | undefined;
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
  { scopes, unprotected = [], ...origin }: ProtectedMethods,
): ServerInterceptor {
  const rules = new Map(Object.entries(scopes).map(([path, each]) => [path, frozen(each)]));
  for (const each of rules.values()) checkScopes(each);
  for (const path of [...rules.keys(), ...unprotected]) checkMethod(path);
  return ({ path }, call) => {
    const required = rules.get(path);
    if (required === undefined && unprotected.includes(path))
      return new ServerInterceptingCall(call);
    return new ProtectedCall(call, async (metadata) =>
      required === undefined
        ? notProtected()
        : verifier.verifyCall(callOf(path, metadata), {
            scopes: required,
            action: path,
            origin: originOf(metadata, origin, {
              address: call.getConnectionInfo().remoteAddress,
              client: entryOf(metadata, 'user-agent'),
            }),
          }),
    );
  };
}

function callOf(path: string, metadata: Metadata): Call {
  return {
    method: 'POST',
    pathname: path,
    authorization: entryOf(metadata, 'authorization'),
    proof: entryOf(metadata, 'dpop'),
    actionId: entryOf(metadata, actionHeader),
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

function frozen(scopes: readonly string[]): readonly string[] {
  return Array.isArray(scopes) ? Object.freeze([...scopes]) : scopes;
}

function checkMethod(path: string): void {
  if (!methodForm.test(path)) throw new TypeError('a method is named /package.Service/Method');
}
