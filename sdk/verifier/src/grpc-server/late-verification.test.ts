import { Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { describe, expect, it } from 'vitest';
import { identityOf, openBench } from '../support/test-verifier.js';
import { ProtectedCall } from './protected-call.js';

describe('the identity of a call', () => {
  // breaks when: #begin does not ask whether the call is over.
  it('is not left behind by a caller who goes away during verification', async () => {
    const bench = await openBench();
    const { clock } = bench;
    const { waiting } = clock;
    let finish = () => {};
    const asked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const wire = new Wire();
    const verified = asked.then(async () => ({
      ok: true as const,
      identity: await identityOf(bench),
    }));
    const call = new ProtectedCall(wire.call, () => verified);
    const told: string[] = [];
    call.start({
      onReceiveMetadata: () => told.push('metadata'),
      onReceiveMessage: () => told.push('message'),
      onReceiveHalfClose: () => told.push('half close'),
      onCancel: () => told.push('cancel'),
    });
    wire.listener?.onReceiveMetadata(new Metadata());
    wire.listener?.onReceiveMessage(Buffer.from('too early'));
    wire.listener?.onReceiveHalfClose();
    wire.listener?.onCancel();
    finish();
    await verified;
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(told).toEqual(['cancel']);
    expect(clock.waiting).toBe(waiting);
    call.sendMessage(Buffer.from('too late'), () => {});
    call.sendStatus({ code: status.OK, details: 'OK' });
    expect(wire.sent).toEqual([]);
  });
});

/** The outer side of a call, whose events a test makes. */
class Wire {
  readonly sent: string[] = [];
  listener: Parameters<ServerInterceptingCallInterface['start']>[0] | undefined;

  get call(): ServerInterceptingCallInterface {
    const own = {
      start: (listener: Wire['listener']) => {
        this.listener = listener;
      },
      sendMetadata: () => this.sent.push('metadata'),
      sendMessage: () => this.sent.push('message'),
      sendStatus: () => this.sent.push('status'),
    };
    return own as unknown as ServerInterceptingCallInterface;
  }
}
