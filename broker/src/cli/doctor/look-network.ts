import { connect, createServer } from 'node:net';
import type { BrokerConfig } from '../../config.js';
import type { ListenPlace } from '../../http-listen.js';
import { whoAnswers } from '../../rpc/health-client.js';
import { wantsTelemetry } from '../../telemetry/exporters.js';
import { codeOf } from './look-folder.js';
import type { ListenFacts } from './running.js';

const reachMillis = 2_000;

/** Tries to listen where the broker would, and asks whoever does. */
export async function lookAtListen(
  { host, port }: BrokerConfig['listen'],
  isTls: boolean,
): Promise<ListenFacts> {
  const code = await listenCode(host, port);
  if (code === undefined) return 'free';
  if (code !== 'EADDRINUSE') return { code };
  return whoAnswers(`${reachableHost(host)}:${port}`, isTls);
}

/** Why the HTTP door could not listen there, by the system's code; undefined when it could. */
export function lookAtHttpListen({ host, port }: ListenPlace): Promise<string | undefined> {
  return listenCode(host, port);
}

function listenCode(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** A broker that listens everywhere is reached on loopback. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}

/** Where telemetry would go, when the environment asks for any, and whether somebody listens there. */
export async function lookAtTelemetry(
  environment: NodeJS.ProcessEnv,
): Promise<{ endpoint: string; reached: boolean } | undefined> {
  if (!wantsTelemetry(environment)) return undefined;
  const endpoint =
    environment['OTEL_EXPORTER_OTLP_ENDPOINT'] ||
    environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ||
    environment['OTEL_EXPORTER_OTLP_METRICS_ENDPOINT'] ||
    'http://localhost:4318';
  if (!URL.canParse(endpoint)) return { endpoint, reached: false };
  const { hostname, port, protocol, origin } = new URL(endpoint);
  const number = Number(port) || (protocol === 'https:' ? 443 : 80);
  // A path may hold a key of the collector's owner.
  return { endpoint: origin, reached: await takesConnections(hostname, number) };
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: reachMillis });
    const done = (reached: boolean) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => done(true));
    socket.once('timeout', () => done(false));
    socket.once('error', () => done(false));
  });
}
