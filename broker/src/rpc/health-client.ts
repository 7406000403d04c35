import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { systemClock } from '../runtime/clock.js';

/** What answers at an address: a broker of ours, one that does not serve yet or any more, or something else. */
export type Answering = 'serving' | 'not_serving' | 'other';

const answerMillis = 2_000;
const service = 'creance.v1.SessionService';
const serving = 1;

/**
 * Asks the health service of whatever listens at `host:port`. Nothing secret is sent and nothing believed, so
 * that a certificate is not judged here.
 */
export async function whoAnswers(target: string, tls: boolean): Promise<Answering> {
  const channel = tls
    ? credentials.createSsl(null, null, null, { rejectUnauthorized: false })
    : credentials.createInsecure();
  const client = new Client(target, channel, {
    'grpc.enable_channelz': 0,
    'grpc.use_local_subchannel_pool': 1,
    // Of an address Node would make a server name, and warn: RFC 6066 knows none. No name is judged here.
    ...(tls && { 'grpc.ssl_target_name_override': 'localhost' }),
  });
  try {
    return await check(client);
  } finally {
    client.close();
  }
}

function check(client: Client): Promise<Answering> {
  const plain = (bytes: Buffer) => bytes;
  const deadline = systemClock.now() / 1_000 + answerMillis;
  // HealthCheckRequest: field 1, the name of the service.
  const request = Buffer.concat([Buffer.from([0x0a, service.length]), Buffer.from(service)]);
  return new Promise((resolve) => {
    const answer = (error: ServiceError | null, reply?: Buffer) =>
      resolve(error === null && reply !== undefined ? statusOf(reply) : 'other');
    const path = '/grpc.health.v1.Health/Check';
    client.makeUnaryRequest(path, plain, plain, request, { deadline }, answer);
  });
}

function statusOf(reply: Uint8Array): Answering {
  try {
    const reader = new BinaryReader(reply);
    const [field, wire] = reader.tag();
    if (field !== 1 || wire !== WireType.Varint) return 'other';
    return reader.int32() === serving ? 'serving' : 'not_serving';
  } catch {
    return 'other';
  }
}
