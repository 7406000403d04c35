import { join } from 'node:path';
import { ok, type Result } from '@creance/proto';
import type { BrokerConfig } from './config.js';
import type { EdgeParts } from './edge-parts.js';
import { type RoomsOfHttp, type RunningHttp, startHttpDoor } from './http-parts.js';
import type { Outward } from './outward-parts.js';
import { type Edge, type EdgeOptions, startEdge } from './rpc/edge.js';
import type { StartFault } from './start-fault.js';

/** What stands behind the doors. */
export interface BehindDoors extends RoomsOfHttp {
  readonly logger: EdgeOptions['logger'];
  readonly spans: EdgeOptions['spans'];
  readonly behind: EdgeParts;
  readonly outward: Outward;
}

/** The doors of a running broker. */
export interface Doors {
  readonly edge: Edge;
  readonly http: RunningHttp;
}

/** Opens both doors, or none. */
export async function openDoors(
  config: BrokerConfig,
  inside: BehindDoors,
): Promise<Result<Doors, StartFault>> {
  const { behind, outward, logger, spans } = inside;
  const edge = await startEdge({
    ...behind,
    feed: outward.feed,
    events: outward.events.hub,
    logger,
    spans,
    listen: config.listen,
    ...(config.tls && { tls: config.tls }),
    ...(config.dev && { devSocketPath: join(config.data, 'run', 'operator.sock') }),
  });
  if (!edge.ok) return edge;
  const http = await startHttpDoor(config, inside);
  if (http.ok) return ok({ edge: edge.value, http: http.value });
  await edge.value.drain();
  return http;
}
