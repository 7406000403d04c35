import type { MethodDefinition, ServiceDefinition } from '@grpc/grpc-js';

/** A ticket of the support desk. */
export interface Ticket {
  readonly number: number;
  readonly title: string;
}

type Definition<Reply> = MethodDefinition<object, Reply>;

const encode = (value: object): Buffer => Buffer.from(JSON.stringify(value));
const decode = <T>(bytes: Buffer): T => JSON.parse(bytes.toString()) as T;

function method<Reply extends object>(name: string, responseStream: boolean): Definition<Reply> {
  return {
    path: `/tickets.v1.Tickets/${name}`,
    requestStream: false,
    responseStream,
    requestSerialize: encode,
    requestDeserialize: decode,
    responseSerialize: encode,
    responseDeserialize: decode,
  };
}

/**
 * The tickets service. Its messages are JSON, so that the example needs no generator; with one, this is
 * what it generates.
 */
export const tickets: ServiceDefinition & {
  readonly list: Definition<{ readonly tickets: readonly Ticket[] }>;
  readonly watch: Definition<Ticket>;
  readonly export: Definition<{ readonly exported: number }>;
} = {
  list: method('List', false),
  watch: method('Watch', true),
  export: method('Export', false),
};
