/** What BaseServerInterceptingCall keeps its limit in; private in grpc-js. */
interface LimitInside {
  maxReceiveMessageSize?: unknown;
  decoder?: { maxReadMessageLength?: unknown };
}

/**
 * Lets one call send a larger message than the server's limit. grpc-js knows one limit a server, so the
 * server has the small one, which holds for everybody before a byte is kept, and the few calls that need
 * more are raised one by one. That reaches into grpc-js; if an update moves these fields the small limit
 * stays and a test says so. Gives whether it was raised.
 */
export function raiseMessageLimit(call: object, bytes: number): boolean {
  const inside = call as LimitInside;
  const known =
    typeof inside.maxReceiveMessageSize === 'number' &&
    typeof inside.decoder?.maxReadMessageLength === 'number';
  if (!known || inside.decoder === undefined) return false;
  inside.maxReceiveMessageSize = bytes;
  inside.decoder.maxReadMessageLength = bytes;
  return true;
}
