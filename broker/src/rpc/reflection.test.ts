import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt';
import type { ClientDuplexStream } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { services } from './access.js';
import { type DoubleEdge, DoubleEdges, type Ended, endedBy } from './double-edge.js';

const versions = ['v1', 'v1alpha'];
const asks = { file: 3, symbol: 4, extension: 5, listServices: 7 };
const replies = { request: 2, files: 4, services: 6, error: 7 };

const { start, stop } = new DoubleEdges();
afterEach(stop);

const asking = (field: number, text: string) =>
  Buffer.from(new BinaryWriter().tag(field, WireType.LengthDelimited).string(text).finish());

/** The length-delimited fields of a message by number. */
const fieldsOf = (bytes: Uint8Array) => {
  const reader = new BinaryReader(bytes);
  const found: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) found.push([field, reader.bytes()]);
    else reader.skip(wire);
  }
  return found;
};

const one = (bytes: Uint8Array, number: number) =>
  fieldsOf(bytes).find(([field]) => field === number)?.[1] ?? new Uint8Array();

/** Sends requests on one stream and gives the replies and the end. */
const reflect = async (double: DoubleEdge, requests: readonly Buffer[], version = 'v1') => {
  const plain = (bytes: Buffer) => bytes;
  const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;
  const stream: ClientDuplexStream<Buffer, Buffer> = double.client.raw.makeBidiStreamRequest(
    path,
    plain,
    plain,
  );
  const said: Buffer[] = [];
  stream.on('data', (bytes: Buffer) => said.push(bytes));
  const end = new Promise<Ended | undefined>((resolve) => {
    stream.on('error', (error) => resolve(endedBy(error as Parameters<typeof endedBy>[0])));
    stream.on('end', () => resolve(undefined));
  });
  for (const request of requests) stream.write(request);
  stream.end();
  return { end: await end, said };
};

const listed = (reply: Uint8Array) =>
  fieldsOf(one(reply, replies.services)).map(([, service]) =>
    Buffer.from(one(service, 1)).toString(),
  );

const filesOf = (reply: Uint8Array): FileDescriptorProto[] =>
  fieldsOf(one(reply, replies.files)).map(([, bytes]) =>
    fromBinary(FileDescriptorProtoSchema, bytes),
  );

describe('reflection', () => {
  it.each(versions)('lists by %s exactly the services of the access table', async (version) => {
    const double = await start();
    const { said } = await reflect(double, [asking(asks.listServices, '')], version);
    const paths = Object.values(services).flatMap((service) =>
      Object.values<{ readonly path: string }>(service).map(({ path }) => path.split('/')[1]),
    );
    expect(listed(said[0] as Buffer).sort()).toEqual([...new Set(paths)].sort());
  });

  it('describes every service that it lists, with all that its files import', async () => {
    const double = await start();
    const { said } = await reflect(double, [asking(asks.listServices, '')]);
    const names = listed(said[0] as Buffer);
    const answers = await reflect(
      double,
      names.map((name) => asking(asks.symbol, name)),
    );
    names.forEach((name, at) => {
      const file = filesOf(answers.said[at] as Buffer);
      const registry = createFileRegistry(
        create(FileDescriptorSetSchema, { file: file.reverse() }),
      );
      const described = registry.getService(name);
      const short = Object.values(services)
        .flatMap((service) => Object.values<{ readonly path: string }>(service))
        .filter(({ path }) => path.startsWith(`/${name}/`))
        .map(({ path }) => path.split('/')[2]);
      expect([name, described?.methods.map((method) => method.name)]).toEqual([name, short]);
    });
  });

  it('finds files by name and symbols by message, enum and method', async () => {
    const double = await start();
    const requests = [
      asking(asks.file, 'creance/v1/feed.proto'),
      asking(asks.symbol, 'creance.v1.BadRequest.FieldViolation'),
      asking(asks.symbol, 'creance.v1.SessionKind'),
      asking(asks.symbol, 'creance.v1.OperatorService.Cut'),
    ];
    const { said } = await reflect(double, requests);
    expect(said.map((reply) => filesOf(reply)[0]?.name)).toEqual([
      'creance/v1/feed.proto',
      'creance/v1/status.proto',
      'creance/v1/session_service.proto',
      'creance/v1/operator_service.proto',
    ]);
    said.forEach((reply, at) => {
      expect(Buffer.from(one(reply, replies.request))).toEqual(requests[at]);
    });
  });

  it('answers what it does not know with an error and goes on', async () => {
    const double = await start();
    const requests = [
      asking(asks.file, '../../etc/passwd'),
      asking(asks.symbol, '__proto__'),
      asking(asks.extension, ''),
      Buffer.alloc(0),
      asking(asks.listServices, ''),
    ];
    const { said, end } = await reflect(double, requests);
    const codes = said.map((reply) => one(reply, replies.error)[1]);
    expect(codes).toEqual([5, 5, 12, 12, undefined]);
    expect(end).toBeUndefined();
  });

  it.each([
    ['a text that is not UTF-8', Buffer.from([0x1a, 2, 0xc3, 0x28])],
    ['half a field', Buffer.from([0x1a, 9, 65])],
  ])('refuses %s', async (_name, bytes) => {
    const { end } = await reflect(await start(), [bytes, asking(asks.listServices, '')]);
    expect(end).toMatchObject({ code: 3, reason: 'request_malformed' });
  });

  it('bounds the requests of a stream', async () => {
    const double = await start({ limits: { reflectionRequests: 2 } });
    const { said, end } = await reflect(double, Array(3).fill(asking(asks.listServices, '')));
    expect(said.length).toBeLessThanOrEqual(2);
    expect(end).toMatchObject({ code: 8, reason: 'rate_limited' });
    expect(double.hits).toEqual(['reflectionRequests']);
  });

  it('ends a stream that nobody ends', async () => {
    const double = await start({ limits: { deadlineMillis: 30 } });
    const plain = (bytes: Buffer) => bytes;
    const path = '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo';
    const stream = double.client.raw.makeBidiStreamRequest(path, plain, plain);
    stream.resume();
    const end = await new Promise((resolve) => stream.on('error', resolve));
    expect(endedBy(end as Parameters<typeof endedBy>[0]).reason).toBe('deadline_exceeded');
  });
});
