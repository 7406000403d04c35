import { type ConnectOptions, connectWith } from '../connect.js';
import type { BrokerClient } from '../creance.js';
import type { CreanceEvent } from '../events.js';
import { type InternalSession, sessionOfAny } from '../internal.js';
import { FakeClock, settle } from './fake-clock.js';
import { FakeEntropy } from './fake-entropy.js';
import { FakeTransport } from './fake-transport.js';
import { ScriptedBroker } from './scripted-broker.js';

/** For tests: a client of a scripted broker, with every door in the test's hand. */
export interface Stage {
  readonly clock: FakeClock;
  readonly entropy: FakeEntropy;
  readonly broker: ScriptedBroker;
  readonly transport: FakeTransport;
  readonly events: CreanceEvent[];
  connect(options?: ConnectOptions): Promise<BrokerClient>;
  /** A session of a client of its own, of whatever kind the broker gives. */
  open(): Promise<InternalSession>;
}

/** Sets the stage. With `streams` the broker has session streams; without, it is an older one. */
export function setStage({ streams = false }: { streams?: boolean } = {}): Stage {
  const clock = new FakeClock();
  const entropy = new FakeEntropy();
  const broker = new ScriptedBroker(clock);
  broker.hasStreams = streams;
  const transport = new FakeTransport(broker);
  const events: CreanceEvent[] = [];
  const onEvent = (event: CreanceEvent) => void events.push(event);
  let joined = 0;
  const connect = async (options?: ConnectOptions) => {
    joined += 1;
    const given = options ?? { join: broker.joinString(`join-token-of-the-test-${joined}`) };
    const parts = { entropy, transport: () => transport };
    return (await connectWith({ clock, onEvent, ...given }, parts)) as BrokerClient;
  };
  const open = async () => {
    const session = await sessionOfAny(await connect());
    // Lets the stream be greeted, or refused.
    await settle();
    return session;
  };
  return { clock, entropy, broker, transport, events, connect, open };
}
