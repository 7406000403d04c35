import { type Figure, partIn, ratio } from '../figure.js';
import { interleaved } from '../harness.js';
import { Issuing } from '../issuing.js';
import type { Plan } from '../plan.js';
import { ended, startBroker, startPart } from '../stage.js';

const off = 'not traced';
const some = '1 % of traces';
const all = 'every trace';

/**
 * CPU of the broker for a token on a stream: without telemetry, with 1 % of the traces sampled, and with all
 * of them exported to a collector on this machine, which takes them and reads nothing. Three brokers, in turn.
 */
export async function measureTracing({ calls, slots }: Plan): Promise<Figure[]> {
  const { child, ready } = await startPart<{ port: number }>('collector.js');
  const exported = (sampler: Readonly<Record<string, string>>) => ({
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${ready.port}`,
    OTEL_TRACES_EXPORTER: 'otlp',
    OTEL_METRICS_EXPORTER: 'none',
    ...sampler,
  });
  const ratioSampler = { OTEL_TRACES_SAMPLER: 'parentbased_traceidratio' };
  const environments: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    [off]: {},
    [some]: exported({ ...ratioSampler, OTEL_TRACES_SAMPLER_ARG: '0.01' }),
    [all]: exported({ OTEL_TRACES_SAMPLER: 'parentbased_always_on' }),
  };
  const stages = await Promise.all(
    Object.entries(environments).map(async ([name, environment]) => {
      const broker = await startBroker({ environment });
      return { name, broker, issuing: await Issuing.open(broker) };
    }),
  );
  const subjects = stages.map(({ name, issuing }) => issuing.streamSubject(name));
  const spreads = await interleaved(subjects, calls, slots);
  for (const { broker, issuing } of stages) {
    issuing.close();
    await broker.stop();
  }
  await ended(child);
  const base = partIn(spreads, off);
  return [ratio('G13', partIn(spreads, some), base), ratio('G13.all', partIn(spreads, all), base)];
}
