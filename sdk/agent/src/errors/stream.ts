import { BrokerUnavailableError } from './creance-error.js';

/** Why the SDK itself gives a session stream up. */
export const streamFaults = ['stream_silent', 'stream_malformed', 'stream_flooded'] as const;

/** See `streamFaults`. */
export type StreamFault = (typeof streamFaults)[number];

const faults: Readonly<Record<StreamFault, string>> = {
  stream_silent: 'the broker said nothing on the stream when it had to',
  stream_malformed: 'the broker sent what no honest broker sends on the stream',
  stream_flooded: 'the broker challenged the stream too often',
};

/** The error of a stream that was given up. Calls go on without it, and it is opened again. */
export function streamFault(fault: StreamFault): BrokerUnavailableError {
  return new BrokerUnavailableError({
    code: `CREANCE_${fault.toUpperCase()}`,
    what: faults[fault],
    hint: 'nothing: calls go on one by one; update the broker when it stays so',
    retryable: true,
  });
}
