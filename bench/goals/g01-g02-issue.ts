import { workloads } from '../bench-manifest.js';
import { h2loadSubject, has } from '../c-clients.js';
import { echoSubject } from '../call-subjects.js';
import { type Figure, partIn, ratio } from '../figure.js';
import { interleaved } from '../harness.js';
import { Issuing, issueRequest } from '../issuing.js';
import type { Plan } from '../plan.js';
import { ended, startBroker, startPart } from '../stage.js';

const one = 'unary echo, one connection';
const eight = `unary echo, ${workloads.length} connections`;
const stream = 'IssueToken on streams';
const unary = 'IssueToken, unary';
const loaded = 'unary echo under h2load';

/**
 * CPU of the broker for an IssueToken, its audit record durable before the answer: unary with a proof of its
 * own, and over the stream of a session; beside a raw grpc-js echo of the same sizes in the same run.
 */
export async function measureIssue({ calls, slots }: Plan): Promise<Figure[]> {
  const { child, ready } = await startPart<{ port: number }>('echo-server.js');
  const echo = { pid: child.pid ?? 0, port: ready.port };
  const broker = await startBroker();
  const issuing = await Issuing.open(broker);
  const subjects = [
    echoSubject(one, echo, issueRequest),
    echoSubject(eight, echo, issueRequest, workloads.length),
    issuing.streamSubject(stream),
    issuing.unarySubject(unary),
    ...(has('h2load') ? [h2loadSubject(loaded, echo, issueRequest)] : []),
  ];
  const spreads = await interleaved(subjects, calls, slots);
  issuing.close();
  await broker.stop();
  await ended(child);
  const part = (name: string) => partIn(spreads, name);
  const g1 = ratio('G1', part(one), part(unary), {
    note: 'Client: Node. A proof is good once, so that h2load, which repeats its request, can ask only the echo.',
  });
  return [
    spreads.has(loaded) ? { ...g1, parts: [...g1.parts, part(loaded)] } : g1,
    ratio('G2', part(stream), part(one)),
    ratio('G2.connections', part(stream), part(eight)),
  ];
}
