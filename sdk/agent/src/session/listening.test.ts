import { describe, expect, it } from 'vitest';
import type { BrokerParts } from '../broker/channel.js';
import { FakeClock } from '../doubles/fake-clock.js';
import { FakeEntropy } from '../doubles/fake-entropy.js';
import { lostReply, refusalReply } from '../doubles/replies.js';
import { Nonces } from '../proof/nonces.js';
import type { StreamCall, StreamListener } from '../transport/contract.js';
import { listenAs } from './listening.js';
import { makeVoice } from './voice.js';

const path = '/creance.v1.OperatorService/WatchEvents';

/** A session that listens over a transport that is in the hands of the test. */
function stage() {
  const opened: { readonly call: StreamCall; readonly listener: StreamListener }[] = [];
  const closed: number[] = [];
  const parts: BrokerParts = {
    transport: {
      unary: async () => lostReply(14),
      stream(call, listener) {
        const at = opened.push({ call, listener }) - 1;
        return { send() {}, close: () => closed.push(at) };
      },
      close() {},
    },
    origin: 'http://127.0.0.1:7420',
    clock: new FakeClock(),
    entropy: new FakeEntropy(),
    nonces: new Nonces(),
    onEvent() {},
  };
  const heard: Uint8Array[] = [];
  const ends: (string | undefined)[] = [];
  const listening = listenAs(
    parts,
    { voice: makeVoice(parts), sessionId: 'session-1' },
    {
      path,
      request: new Uint8Array([1]),
      onMessage: (bytes) => heard.push(bytes),
      onEnd: (error) => ends.push(error?.code),
    },
  );
  const claimsOf = (at: number) =>
    JSON.parse(
      Buffer.from(opened[at]?.call.proof.split('.')[1] ?? '', 'base64url').toString(),
    ) as Record<string, unknown>;
  return { opened, closed, heard, ends, listening, claimsOf };
}

describe('listenAs', () => {
  it('sends one request with a proof of its own, and hands over what comes', () => {
    const { opened, heard, ends, claimsOf } = stage();
    expect(opened[0]?.call).toMatchObject({ path, sessionId: 'session-1' });
    expect(claimsOf(0)['htu']).toBe(`http://127.0.0.1:7420${path}`);
    opened[0]?.listener.onMessage(new Uint8Array([2]));
    opened[0]?.listener.onEnd(lostReply(14), true);
    expect([heard, ends]).toEqual([[new Uint8Array([2])], [undefined]]);
  });

  it('answers a demand for a nonce once, by another proof', () => {
    const { opened, ends, claimsOf } = stage();
    const demand = refusalReply('nonce_required', { nonce: 'nonce-1' });
    opened[0]?.listener.onEnd(demand);
    expect(opened).toHaveLength(2);
    expect(claimsOf(1)['nonce']).toBe('nonce-1');
    expect(claimsOf(1)['jti']).not.toBe(claimsOf(0)['jti']);
    expect(ends).toEqual([]);
    opened[1]?.listener.onEnd(demand);
    expect(opened).toHaveLength(2);
    expect(ends).toEqual(['CREANCE_NONCE_REQUIRED']);
  });

  it('says the reason of an end, and nothing once it was closed', () => {
    const { opened, ends, closed, listening } = stage();
    opened[0]?.listener.onEnd(refusalReply('events_too_slow'));
    expect(ends).toEqual(['CREANCE_EVENTS_TOO_SLOW']);
    listening.close();
    opened[0]?.listener.onEnd(refusalReply('shutting_down'));
    expect([ends.length, closed]).toEqual([1, [0]]);
  });
});
