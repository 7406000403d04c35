import {
  type Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  credentials,
  type Interceptor,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js';
import { ContactsClient, type GrpcResource } from './double-resource.js';

/** For tests: what the client of the resource can call. */
export type Contacts = Client & {
  read(
    message: string,
    metadata: Metadata,
    options: object,
    answer: (error: ServiceError | null, value?: string) => void,
  ): ClientUnaryCall;
  watch(message: string): ClientReadableStream<string>;
  talk(): ClientDuplexStream<string, string>;
};

/** For tests: a client whose calls go through these interceptors. */
export function connectTo(resource: GrpcResource, interceptors: readonly Interceptor[]): Contacts {
  const address = `127.0.0.1:${resource.port}`;
  const options = { interceptors: [...interceptors] };
  return new ContactsClient(address, credentials.createInsecure(), options) as unknown as Contacts;
}

/** For tests: metadata of one entry. */
export function entry(name: string, value: string): Metadata {
  const metadata = new Metadata();
  metadata.set(name, value);
  return metadata;
}

/** For tests: makes the unary call. */
export function read(
  client: Contacts,
  metadata: Metadata = new Metadata(),
  options: object = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    client.read('ada', metadata, options, (error, value) =>
      error === null ? resolve(value ?? '') : reject(error),
    );
  });
}

/** For tests: the first message of a stream, or the error that ended it. */
export function firstOf(
  stream: ClientReadableStream<string> | ClientDuplexStream<string, string>,
): Promise<string> {
  return new Promise((resolve, reject) => {
    stream.once('data', resolve).once('error', reject);
  });
}
