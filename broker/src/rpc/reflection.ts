import { type BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Result } from '@creance/proto';
import type { handleBidiStreamingCall } from '@grpc/grpc-js';
import type { Denial } from '../domain/denial.js';
import { recordOf } from './call-record.js';
import { type DescribedFile, describedFile, describedFiles } from './descriptors.js';
import type { EdgeLimits } from './limits.js';
import { publicDescriptors } from './public-descriptors.js';
import { readWhole } from './reader.js';
import type { Report } from './report.js';
import { statusOf } from './status.js';
import { written } from './writer.js';

/** Parts of the reflection service. */
export interface ReflectionParts {
  /** Full names of the services that are served. */
  readonly services: readonly string[];
  /** An encoded google.protobuf.FileDescriptorSet of the schema. */
  readonly descriptorSet: Uint8Array;
  readonly limits: EdgeLimits;
  readonly report: Report;
}

/** What a `ServerReflectionRequest` asks, by the number of its oneof field; 0 when it asks nothing. */
interface ReflectionAsk {
  readonly field: number;
  readonly text: string;
}

const asks = { fileByFilename: 3, fileContainingSymbol: 4, listServices: 7 };
const textAsks: ReadonlySet<number> = new Set(Object.values(asks));
const answers = { originalRequest: 2, files: 4, services: 6, error: 7 };

/** gRPC statuses NOT_FOUND and UNIMPLEMENTED by their public numbers. */
const notFound = 5;
const unimplemented = 12;

/**
 * Opens grpc.reflection.v1.ServerReflection, and v1alpha, whose messages are the same. It serves the
 * bytes of the schema as `buf` built them.
 */
export function openReflection(parts: ReflectionParts): handleBidiStreamingCall<Buffer, Buffer> {
  const { limits, report } = parts;
  const reply = replies(parts);
  return (call) => {
    const record = recordOf(call.metadata);
    let asked = 0;
    const end = (denial?: Denial) => {
      if (!record.settle()) return;
      if (denial === undefined) {
        report.answered(record);
        call.end();
        return;
      }
      report.refused(record, denial);
      call.emit('error', statusOf(denial, record));
    };
    const onRequest = (bytes: Buffer) => {
      asked += 1;
      if (asked > limits.reflectionRequests) {
        report.limitHit('reflectionRequests');
        return end({ reason: 'rate_limited' });
      }
      const ask = readReflection(bytes);
      if (!ask.ok) return end(ask.error);
      // Nobody reads: the rest waits, and the deadline of the call ends it.
      if (!call.write(reply(bytes, ask.value))) call.pause();
    };
    call.on('data', (bytes: Buffer) => {
      if (!record.isSettled) onRequest(bytes);
    });
    call.on('drain', () => call.resume());
    call.on('end', () => end());
  };
}

/** Reads a `ServerReflectionRequest`; of several asks the last counts, as for any oneof. */
function readReflection(bytes: Uint8Array): Result<ReflectionAsk, Denial> {
  return readWhole(bytes, (reader) => {
    let ask: ReflectionAsk = { field: 0, text: '' };
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      const isText = wire === WireType.LengthDelimited && textAsks.has(field);
      if (field >= asks.fileByFilename) ask = { field, text: isText ? reader.string() : '' };
      if (!isText) reader.skip(wire, field);
    }
    return ask;
  });
}

function replies({ services, descriptorSet }: ReflectionParts) {
  const files = [...describedFiles(descriptorSet), ...publicDescriptors().map(describedFile)];
  const byName = new Map(files.map((file) => [file.name, file]));
  const bySymbol = new Map(files.flatMap((file) => file.symbols.map((name) => [name, file])));
  return (request: Buffer, { field, text }: ReflectionAsk): Buffer =>
    written((writer) => {
      writer.tag(answers.originalRequest, WireType.LengthDelimited).bytes(request);
      switch (field) {
        case asks.listServices:
          return writeServices(writer, services);
        case asks.fileByFilename:
          return writeFiles(writer, byName.get(text), byName);
        case asks.fileContainingSymbol:
          return writeFiles(writer, bySymbol.get(text), byName);
        default:
          return writeError(writer, unimplemented, 'the schema has no extensions');
      }
    });
}

function writeServices(writer: BinaryWriter, services: readonly string[]): void {
  writer.tag(answers.services, WireType.LengthDelimited).fork();
  for (const name of services) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(name);
    writer.join();
  }
  writer.join();
}

/** A file comes with all that it imports, each once. */
function writeFiles(
  writer: BinaryWriter,
  file: DescribedFile | undefined,
  byName: ReadonlyMap<string, DescribedFile>,
): void {
  if (file === undefined) {
    writeError(writer, notFound, 'there is no such file or symbol');
    return;
  }
  const wanted = new Set([file]);
  for (const each of wanted) {
    for (const name of each.dependencies) {
      const dependency = byName.get(name);
      if (dependency === undefined) continue;
      // Behind whoever imports it: readers take the files from the last to the first.
      wanted.delete(dependency);
      wanted.add(dependency);
    }
  }
  writer.tag(answers.files, WireType.LengthDelimited).fork();
  for (const { bytes } of wanted) writer.tag(1, WireType.LengthDelimited).bytes(bytes);
  writer.join();
}

function writeError(writer: BinaryWriter, code: number, message: string): void {
  writer.tag(answers.error, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(code);
  writer.tag(2, WireType.LengthDelimited).string(message);
  writer.join();
}
