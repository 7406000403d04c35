import { WireType } from '@bufbuild/protobuf/wire';
import type { Result } from '@creance/proto';
import type { handleServerStreamingCall, ServerWritableStream } from '@grpc/grpc-js';
import type { Denial } from '../domain/denial.js';
import { type CallRecord, recordOf } from './call-record.js';
import type { EdgeLimits } from './limits.js';
import type { RawUnary } from './pipeline.js';
import { readWhole } from './reader.js';
import type { Report } from './report.js';
import { statusOf } from './status.js';
import { written } from './writer.js';

/** A handler that streams bytes. */
export type RawServerStream = handleServerStreamingCall<Buffer, Buffer>;

/** grpc.health.v1.Health. */
export interface Health {
  readonly handlers: { readonly check: RawUnary; readonly watch: RawServerStream };
  /** Tells whoever watches that nothing is served any more, and ends the watches. */
  stop(): void;
}

/** Parts of the health service. */
export interface HealthParts {
  /** Full names of the services that are served. */
  readonly services: readonly string[];
  readonly limits: EdgeLimits;
  readonly report: Report;
}

/** `HealthCheckResponse.ServingStatus` by its public numbers. */
const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

/** gRPC status NOT_FOUND, which the protocol wants for a service that is not known. */
const notFound = { code: 5, details: 'there is no such service' };

/**
 * Opens the health service. Its two messages are read and written here, by their public field numbers:
 * what peers send must not reach the general protobuf code that grpc-js brings along.
 */
export function openHealth({ services, limits, report }: HealthParts): Health {
  const known = new Set(['', ...services]);
  const watches = new Set<ServerWritableStream<Buffer, Buffer>>();
  const check: RawUnary = (call, callback) => {
    const record = recordOf(call.metadata);
    const asked = readHealthCheck(call.request);
    if (!record.settle()) return;
    if (!asked.ok) return callback(refused(report, record, asked.error));
    report.answered(record);
    if (known.has(asked.value)) callback(null, healthReply(serving));
    else callback(notFound);
  };
  const watch: RawServerStream = (call) => {
    const record = recordOf(call.metadata);
    const asked = readHealthCheck(call.request);
    const denial = asked.ok ? crowd(watches.size, limits, report) : asked.error;
    if (!record.settle()) return;
    if (denial !== undefined) return void call.emit('error', refused(report, record, denial));
    report.answered(record);
    watches.add(call);
    call.on('cancelled', () => watches.delete(call));
    call.write(healthReply(asked.ok && known.has(asked.value) ? serving : serviceUnknown));
  };
  return {
    handlers: { check, watch },
    stop() {
      for (const call of watches) {
        call.write(healthReply(notServing));
        call.emit('error', statusOf({ reason: 'shutting_down' }, recordOf(call.metadata)));
      }
      watches.clear();
    },
  };
}

function crowd(count: number, limits: EdgeLimits, report: Report): Denial | undefined {
  if (count < limits.healthWatches) return undefined;
  report.limitHit('healthWatches');
  return { reason: 'connection_limit' };
}

function refused(report: Report, record: CallRecord, denial: Denial): ReturnType<typeof statusOf> {
  report.refused(record, denial);
  return statusOf(denial, record);
}

/** Reads the service's name out of a `HealthCheckRequest`. */
function readHealthCheck(bytes: Uint8Array): Result<string, Denial> {
  return readWhole(bytes, (reader) => {
    let service = '';
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      if (field === 1 && wire === WireType.LengthDelimited) service = reader.string();
      else reader.skip(wire, field);
    }
    return service;
  });
}

function healthReply(status: number): Buffer {
  return written((writer) => writer.tag(1, WireType.Varint).int32(status));
}
