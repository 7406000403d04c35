import { type ServerUnaryCall, type ServiceError, status } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Destination } from '../destinations.js';
import { Seen } from '../support/seen.js';
import { allNeed, asIs, GrpcPlace, type Handlers, pathOf } from './fake-place.js';
import { creanceServerInterceptor, type ProtectedMethods } from './interceptor.js';

let seen: Seen;
let place: GrpcPlace;
/** Messages that handlers were given. */
let handled: string[];
beforeEach(() => {
  seen = new Seen();
  handled = [];
});
afterEach(() => place.close());

const email = (value: string): Destination => ({ kind: 'email', value });
/** Recipients with commas between them. */
const recipients = (message: Buffer) => String(message).split(',').map(email);

const handlers: Handlers = {
  Get(call: ServerUnaryCall<Buffer, Buffer>, done) {
    handled.push(String(call.request));
    done(null, Buffer.from('done'));
  },
  Watch(call) {
    handled.push(String(call.request));
    call.end();
  },
  Sync: (call) => void call.end(),
};

async function open(destinations: ProtectedMethods['destinations']): Promise<void> {
  const methods = { scopes: allNeed('contacts:read'), destinations };
  place = await GrpcPlace.open(handlers, methods, { reports: seen });
}

function send(message: string, method = 'Get', metadata = place.metadata(method)) {
  return new Promise<string | ServiceError>((resolve) => {
    place.client.makeUnaryRequest(
      pathOf(method),
      asIs,
      asIs,
      Buffer.from(message),
      metadata,
      (fault, reply) => resolve(fault ?? String(reply)),
    );
  });
}

const told = () => expect.poll(() => seen.sightings.length).toBe(1);

describe('what a message is aimed at', () => {
  it('is told with the call that it came with', async () => {
    await open({ [pathOf('Get')]: recipients });
    expect(await send('ann@example.com,bob@example.com')).toBe('done');
    await told();
    const named = [email('ann@example.com'), email('bob@example.com')];
    expect(seen.last).toMatchObject({ refusal: undefined, destinations: { named, unread: 0 } });
    expect(handled).toHaveLength(1);
  });

  it('is told of a method that streams its answers', async () => {
    await open({ [pathOf('Watch')]: recipients });
    const ask = Buffer.from('ann@example.com');
    const stream = place.client.makeServerStreamRequest(
      pathOf('Watch'),
      asIs,
      asIs,
      ask,
      place.metadata('Watch'),
    );
    await new Promise((resolve) => stream.on('data', () => {}).on('end', resolve));
    await told();
    expect(seen.last?.destinations?.named).toEqual([email('ann@example.com')]);
  });

  it('is nothing where the method names none, and where it says nothing', async () => {
    await open({ [pathOf('Get')]: () => undefined });
    await send('ann@example.com');
    await told();
    expect(seen.last).toMatchObject({ action: pathOf('Get'), destinations: undefined });
  });

  it('that are 10,000 is bounded, and says that there were more', async () => {
    await open({
      [pathOf('Get')]: () => Array.from({ length: 10_000 }, (_, at) => email(`${at}@a.example`)),
    });
    await send('all');
    await told();
    expect(seen.last?.destinations?.named).toHaveLength(64);
    expect(seen.last?.destinations?.unread).toBeGreaterThan(0);
  });
});

describe('a call whose aim is not told', () => {
  // breaks when: a refused call waits for a message, or its message is looked at
  it('is reported at once when it is refused, and its message is not looked at', async () => {
    let looked = 0;
    const naming = () => {
      looked += 1;
      return [];
    };
    await open({ [pathOf('Get')]: naming });
    const metadata = place.metadata('Get', { proof: { htm: 'GET' } });
    expect(await send('ann@example.com', 'Get', metadata)).toMatchObject({
      code: status.UNAUTHENTICATED,
    });
    await told();
    expect(seen.last).toMatchObject({ refusal: 'proof_wrong_method', destinations: undefined });
    expect([looked, handled]).toEqual([0, []]);
  });

  // breaks when: the sighting waits for a message that never comes
  it('is reported when its caller goes away without a message', async () => {
    await open({ [pathOf('Watch')]: recipients });
    const { clock } = place.bench;
    const { waiting } = clock;
    // A client of another form: it opens the call and says nothing.
    const stream = place.client.makeBidiStreamRequest(
      pathOf('Watch'),
      asIs,
      asIs,
      place.metadata('Watch'),
    );
    stream.on('error', () => {});
    // A call that was let through is watched.
    await expect.poll(() => clock.waiting).toBe(waiting + 1);
    expect(seen.sightings).toEqual([]);
    stream.cancel();
    await told();
    expect(seen.last).toMatchObject({ refusal: undefined, destinations: undefined });
    expect(handled).toEqual([]);
  });

  // breaks when: an action whose destination cannot be told goes on
  it.each<[string, () => never]>([
    [
      'throws',
      () => {
        throw new Error('no recipient');
      },
    ],
    ['gives no list', () => 'ann@example.com' as never],
    ['gives a kind that is none', () => [{ kind: 'planet', value: 'mars' }] as never],
  ])('does not begin when naming it %s', async (_name, naming) => {
    await open({ [pathOf('Get')]: naming });
    expect(await send('ann@example.com')).toMatchObject({
      code: status.INTERNAL,
      details: 'internal error',
    });
    await told();
    expect(seen.last).toMatchObject({ refusal: undefined, destinations: undefined });
    expect(handled).toEqual([]);
  });

  it('is refused where a method takes many messages: none of them would be told', async () => {
    await open({ [pathOf('Sync')]: recipients });
    const stream = place.client.makeBidiStreamRequest(
      pathOf('Sync'),
      asIs,
      asIs,
      place.metadata('Sync'),
    );
    const fault = await new Promise<ServiceError>((resolve) =>
      stream.on('error', resolve as never),
    );
    expect(fault.code).toBe(status.INTERNAL);
  });
});

it('is named for methods that have scopes alone', async () => {
  await open(undefined);
  const methods = { scopes: {}, unprotected: [pathOf('Get')] };
  const destinations = { [pathOf('Get')]: recipients };
  expect(() =>
    creanceServerInterceptor(place.bench.verifier, { ...methods, destinations }),
  ).toThrow(TypeError);
});
