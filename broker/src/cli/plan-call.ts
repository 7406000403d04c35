import { PlanManifestRequest, PlanManifestResponse } from '@creance/proto/wire';
import { formatFaults, readManifest } from '../manifest/index.js';
import type { OperatorLine } from '../rpc/operator-client.js';
import { call } from './operator-call.js';
import { CommandFailed } from './output.js';

/** A manifest as it goes to the broker: by its text, or a version that it keeps. */
export type WireSource = NonNullable<PlanManifestRequest['source']>;

/**
 * The text of a manifest file in which nothing is wrong. Its faults are named here, with file, line and
 * column; what only the broker knows, such as its issuer, it says itself.
 */
export async function fileSource(
  file: string,
): Promise<Extract<WireSource, { readonly $case: 'text' }>> {
  const read = await readManifest(file, { dev: true });
  if (!read.ok) throw new CommandFailed(`the manifest has faults\n${formatFaults(read.error)}`);
  return { $case: 'text', value: read.value.text };
}

/** What a manifest would change. */
export async function planned(
  line: OperatorLine,
  source: WireSource,
): Promise<PlanManifestResponse> {
  const request = PlanManifestRequest.encode({ source }).finish();
  const path = '/creance.v1.RegistryService/PlanManifest';
  return PlanManifestResponse.decode(await call(line, path, request));
}
