import {
  type ChannelOptions,
  Client,
  credentials,
  Metadata,
  type StatusObject,
} from '@grpc/grpc-js';
import { grpcStatus } from '../errors/status.js';
import { limits } from '../limits.js';
import { systemClock } from '../runtime/clock.js';
import { between, type Entropy } from '../runtime/entropy.js';
import type { BrokerAddress } from './address.js';
import type { BrokerCall, BrokerReply, BrokerTransport } from './contract.js';
import { openStream, unchanged } from './grpc-stream.js';
import { failedReply, replyOf } from './reply.js';
import { Sockets, WatchedCredentials } from './sockets.js';
import { StreamRoom } from './stream-room.js';

/**
 * The broker over gRPC. One connection, kept; no retries of its own, since a proof is for one sending.
 *
 * Connections that break come back with pauses that grow from about a second to 5 to 15 s, with a
 * range that each client draws for itself, so that thousands of agents do not return at once.
 */
export function grpcTransport(address: BrokerAddress, entropy: Entropy): BrokerTransport {
  const sockets = new Sockets();
  const room = new StreamRoom();
  const security = address.tls ? credentials.createSsl() : credentials.createInsecure();
  const watched = new WatchedCredentials(security, sockets);
  const client = new Client(address.target, watched, channelOptions(address, entropy));
  return {
    async unary(call) {
      const done = sockets.begin();
      try {
        const reply = await send(client, call);
        return reply.ok ? reply : { ...reply, address: address.origin };
      } finally {
        done();
      }
    },
    stream: (call, listener) => room.take(listener, (within) => openStream(client, call, within)),
    close: () => client.close(),
  };
}

function channelOptions(address: BrokerAddress, entropy: Entropy): ChannelOptions {
  const [firstLeast, firstMost] = limits.reconnectMillis;
  const [longestLeast, longestMost] = limits.reconnectMillisMax;
  return {
    'grpc.enable_channelz': 0,
    'grpc.enable_retries': 0,
    // A TXT record must not change how calls are made.
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc.keepalive_time_ms': limits.keepaliveMillis,
    'grpc.keepalive_timeout_ms': limits.keepaliveTimeoutMillis,
    'grpc.max_receive_message_length': limits.messageBytes,
    'grpc.max_send_message_length': limits.messageBytes,
    'grpc.initial_reconnect_backoff_ms': between(entropy, firstLeast, firstMost),
    'grpc.max_reconnect_backoff_ms': between(entropy, longestLeast, longestMost),
    // Plain text stays on this machine: a proxy from the environment would carry it off.
    ...(address.tls ? {} : { 'grpc.enable_http_proxy': 0 }),
  };
}

function send(client: Client, call: BrokerCall): Promise<BrokerReply> {
  return new Promise((resolve) => {
    let response: Buffer | undefined;
    let initial: Metadata | undefined;
    const request = Buffer.from(call.request);
    // grpc-js measures against the machine's clock, whatever clock the rest goes by.
    const deadline = systemClock.now() + Math.max(1, Math.ceil(call.deadlineMillis));
    const sent = () =>
      client.makeUnaryRequest(
        call.path,
        unchanged,
        unchanged,
        request,
        metadataOf(call),
        { deadline },
        (_error, value) => {
          response = value;
        },
      );
    try {
      sent()
        .on('metadata', (metadata: Metadata) => {
          initial = metadata;
        })
        // Comes after the callback, with the trailers of success and failure alike.
        .on('status', (status: StatusObject) => resolve(replyOf(status, response, initial)));
    } catch {
      // A closed client throws; its words are not for anybody.
      resolve(failedReply(grpcStatus.unavailable));
    }
  });
}

function metadataOf(call: BrokerCall): Metadata {
  const metadata = new Metadata();
  metadata.set('dpop', call.proof);
  if (call.newKeyProof !== undefined) metadata.set('creance-new-key-proof', call.newKeyProof);
  if (call.sessionId !== undefined) metadata.set('creance-session', call.sessionId);
  for (const [name, value] of Object.entries(call.trace ?? {})) metadata.set(name, value);
  return metadata;
}
