/** Where the broker listens, by host and port; port 0 takes a free one. */
export interface ListenPlace {
  readonly host: string;
  readonly port: number;
}

/** Port of the HTTP door where nothing is said. */
const httpPort = 7_421;

/** Reads `host:port`; an IPv6 address stands in brackets. */
export function parseListen(text: string): ListenPlace | undefined {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:[\]\s]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) return undefined;
  return { host: match[1] ?? match[2] ?? '', port };
}

/**
 * Where the HTTP door listens: `none` for nowhere, else what is said, else beside the gRPC door, and on a
 * free port where that takes one. `malformed` is neither.
 */
export function httpListenOf(
  text: string | undefined,
  listen: ListenPlace,
): ListenPlace | undefined | 'malformed' {
  if (text === 'none') return undefined;
  if (text !== undefined) return parseListen(text) ?? 'malformed';
  return { host: listen.host, port: listen.port === 0 ? 0 : httpPort };
}
