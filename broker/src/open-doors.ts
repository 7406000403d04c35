import { join } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { type CertificateParts, type Certificates, keepCertificates } from './certificates.js';
import type { WatchedClock } from './clock-parts.js';
import type { BrokerConfig } from './config.js';
import type { EdgeParts } from './edge-parts.js';
import { type RoomsOfHttp, type RunningHttp, startHttpDoor } from './http-parts.js';
import type { Outward } from './outward-parts.js';
import { type Edge, type EdgeOptions, startEdge } from './rpc/edge.js';
import type { StartFault } from './start-fault.js';
import type { Meters } from './telemetry/meters.js';

/** What stands behind the doors. */
export interface BehindDoors extends RoomsOfHttp {
  readonly logger: EdgeOptions['logger'] & CertificateParts['logger'];
  readonly spans: EdgeOptions['spans'];
  readonly behind: EdgeParts;
  readonly outward: Outward;
  readonly watched: Pick<WatchedClock, 'offMillis'>;
  readonly meters: Pick<Meters, 'limitHit' | 'certificateSwapped'>;
}

/** The doors of a running broker. */
export interface Doors {
  readonly edge: Edge;
  readonly http: RunningHttp;
  /** The certificate that both serve by. */
  readonly certificates: Certificates;
}

/** Opens both doors, or none. Both are tried, so that the faults of both are named at once. */
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
    clockOffMillis: inside.watched.offMillis,
    listen: config.listen,
    ...(config.tls && { tls: config.tls }),
    ...(config.dev && { devSocketPath: join(config.data, 'run', 'operator.sock') }),
  });
  const http = await startHttpDoor(config, inside);
  if (edge.ok && http.ok) {
    const doors = { edge: edge.value, http: http.value };
    return ok({ ...doors, certificates: certificatesOf(doors, config, inside) });
  }
  if (edge.ok) await edge.value.drain();
  if (http.ok) await http.value.close();
  const faults = [edge, http].flatMap((door) => (door.ok ? [] : [door.error]));
  return refuse(joined(faults));
}

function certificatesOf(
  { edge, http }: Pick<Doors, 'edge' | 'http'>,
  { tls }: BrokerConfig,
  { clock, logger, meters }: BehindDoors,
): Certificates {
  return keepCertificates({
    tls,
    clock,
    logger,
    use(pair) {
      edge.useTls(pair);
      http.useTls(pair);
    },
    onSwap: meters.certificateSwapped,
  });
}

/** Faults of both doors as one: each line says which it is of, and the whole may pass only where each may. */
function joined(faults: readonly StartFault[]): StartFault {
  const [first, second] = faults;
  if (first === undefined) throw new Error('a door that is not open has a fault');
  if (second === undefined) return first;
  return {
    code: first.code,
    lines: [...first.lines, ...second.lines.map((line) => `${second.code} ${line}`)],
    fix: `of the first: ${first.fix}; of the second: ${second.fix}`,
    exitCode: first.exitCode === 75 && second.exitCode === 75 ? 75 : 78,
  };
}
