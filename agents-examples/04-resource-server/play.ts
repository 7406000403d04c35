import { connect } from '@creance/sdk';
import { creance } from '../lib/processes.js';
import type { Stage } from '../lib/stage.js';

/** Calls the service without a token, with one, and after its session was cut. */
export async function play(stage: Stage, data: string): Promise<void> {
  const url = `${stage.serviceOrigin}/contacts`;
  console.log(`without a token: ${await told(await fetch(url))}`);
  const client = await connect({ join: await stage.joinString() });
  const session = await client.session();
  const ask = { audience: 'https://crm.example.internal', scopes: ['contacts:read'] };
  console.log(`with a token: ${await told(await session.fetch(url, ask))}`);
  const keptForLater = { ...(await session.headers({ url, ...ask })) };
  await creance(
    'cut',
    '--data',
    data,
    '--session',
    session.id,
    '--reason',
    'the example ends here',
  );
  console.log(`after the cut: ${await told(await fetch(url, { headers: keptForLater }))}`);
  await client.close();
}

async function told(response: Response): Promise<string> {
  if (response.ok) return `${response.status} ${await response.text()}`;
  const { reason } = (await response.json()) as { reason: string };
  return `${response.status} ${reason}`;
}
