import { type Interceptor, Metadata, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { settle } from './doubles/fake-clock.js';
import { type Stage, setStage } from './doubles/stage.js';
import { type Contacts, connectTo, firstOf, read } from './grpc/double-client.js';
import { type GrpcResource, startGrpcResource } from './grpc/double-resource.js';
import { creanceInterceptor, type GrpcResourceByMethod } from './grpc.js';
import type { InternalSession } from './internal.js';

let stage: Stage;
let session: InternalSession;
let resource: GrpcResource;
let client: Contacts;
beforeEach(async () => {
  stage = setStage({ streams: true });
  session = await stage.open();
  resource = await startGrpcResource();
  client = connectTo(resource, [creanceInterceptor(session, crm())]);
});
afterEach(() => {
  client.close();
  resource.close();
});

const crm = () => ({ audience: resource.origin, scopes: ['contacts:read'] });
const issued = () => stage.broker.streamed('issueToken');

describe('creanceInterceptor', () => {
  it('gives each call a token and a proof for it alone', async () => {
    expect(await read(client)).toBe('read ada');
    expect(await read(client)).toBe('read ada');
    expect(resource.faults).toEqual([]);
    expect(issued()).toBe(1);
    const [first, second] = resource.seen;
    expect(first?.token).toBe(second?.token);
    expect(first?.proof.target).toBe(`${resource.origin}/crm.v1.Contacts/Read`);
  });

  it('carries streams of both directions', async () => {
    const watched = client.watch('ada');
    expect(await firstOf(watched)).toBe('watch ada');
    const talked = client.talk();
    talked.write('one');
    expect(await firstOf(talked)).toBe('talk one');
    talked.write('two');
    expect(await firstOf(talked)).toBe('talk two');
    talked.end();
    watched.on('error', () => {}).cancel();
    expect(resource.faults).toEqual([]);
  });

  it('asks by method, and leaves a method without a token alone', async () => {
    const asked: string[] = [];
    const byMethod: GrpcResourceByMethod = (path) => {
      asked.push(path);
      return { audience: 'urn:crm', origin: resource.origin, scopes: ['contacts:read'] };
    };
    const other = connectTo(resource, [creanceInterceptor(session, byMethod)]);
    expect(await read(other)).toBe('read ada');
    expect(asked).toEqual(['/crm.v1.Contacts/Read']);
    other.close();
    const bare: Metadata[] = [];
    const watching: Interceptor = (options, next) => {
      const call = next(options);
      const start = call.start.bind(call);
      call.start = (metadata, listener) => {
        bare.push(metadata);
        start(metadata, listener);
      };
      return call as ReturnType<Interceptor>;
    };
    const none = connectTo(resource, [creanceInterceptor(session, () => undefined), watching]);
    await read(none).catch(() => {});
    expect(bare[0]?.get('authorization')).toEqual([]);
    none.close();
  });

  // breaks when: a call waits for the token of another
  it('lets no call wait for the token of another', async () => {
    stage.broker.hasStreams = false;
    stage.transport.breakStreams();
    await read(client);
    const release = stage.transport.hold();
    const slow = connectTo(resource, [
      creanceInterceptor(session, { ...crm(), scopes: ['other'] }),
    ]);
    const waiting = read(slow);
    expect(await read(client)).toBe('read ada');
    release();
    expect(await waiting).toBe('read ada');
    slow.close();
  });

  it('hands on every metadata entry of the caller, and changes none of its own', async () => {
    const metadata = new Metadata();
    metadata.set('x-mine', 'kept');
    expect(await read(client, metadata)).toBe('read ada');
    expect(metadata.get('dpop')).toEqual([]);
    expect(metadata.get('authorization')).toEqual([]);
  });
});

describe('a call that is not signed', () => {
  // breaks when: the origin is not judged as fetch judges a URL
  it.each([
    ['plain http to another machine', { audience: 'http://crm.example' }],
    ['an audience that is no URL, without an origin', { audience: 'urn:crm' }],
    ['an origin that is no URL', { origin: 'crm.example:443' }],
  ])('ends with INVALID_ARGUMENT and sends nothing: %s', async (_name, parts) => {
    const other = connectTo(resource, [creanceInterceptor(session, { ...crm(), ...parts })]);
    await expect(read(other)).rejects.toMatchObject({ code: status.INVALID_ARGUMENT });
    expect(resource.seen).toEqual([]);
    expect(issued()).toBe(0);
    other.close();
  });

  it.each(['authorization', 'dpop', 'creance-action'])('brings no %s of its own', async (name) => {
    const metadata = new Metadata();
    metadata.set(name, 'mine');
    await expect(read(client, metadata)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining('CREANCE_HEADER_RESERVED'),
    });
    expect(resource.seen).toEqual([]);
  });

  it('ends with the status of what it lacks', async () => {
    stage.broker.refuseNext('IssueToken', 'scope_not_granted');
    await expect(read(client)).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
      details: expect.stringMatching(/^CREANCE_SCOPE_NOT_GRANTED /),
    });
    stage.broker.suspend();
    await settle();
    await expect(read(client)).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining('CREANCE_SESSION_SUSPENDED'),
    });
    expect(resource.seen).toEqual([]);
  });

  // breaks when: the wait for a token does not end with the call's own deadline
  it('keeps its own deadline while it waits for a token', async () => {
    stage.transport.hold();
    stage.transport.breakStreams();
    const late = read(client, new Metadata(), { deadline: new Date(Date.now() + 50) });
    await expect(late).rejects.toMatchObject({ code: status.DEADLINE_EXCEEDED });
    expect(resource.seen).toEqual([]);
  });

  it('can be cancelled while it waits for a token', async () => {
    const release = stage.transport.hold();
    stage.transport.breakStreams();
    const ended = new Promise((resolve) => {
      client.read('ada', new Metadata(), {}, (error) => resolve(error)).cancel();
    });
    expect(await ended).toMatchObject({ code: status.CANCELLED });
    release();
    await settle();
    expect(resource.seen).toEqual([]);
  });
});

describe('a session of another copy of the package', () => {
  it('is used by its public face', async () => {
    const face = {
      id: session.id,
      name: session.name,
      absoluteEndAt: session.absoluteEndAt,
      signal: session.signal,
      headers: (request: Parameters<typeof session.headers>[0]) => session.headers(request),
    };
    const other = connectTo(resource, [creanceInterceptor(face as never, crm())]);
    expect(await read(other)).toBe('read ada');
    other.close();
  });
});
