import { connect } from '@creance/sdk';

/**
 * The agent of the story, told by its parent what to do next: `call` reads the contacts; `stash` keeps
 * some signed requests for later, as somebody would who had taken over the whole process; `stashed`
 * sends the next of them.
 */
const url = `${process.env['CRM_URL']}/contacts`;
const ask = { audience: 'https://crm.example.internal', scopes: ['contacts:read'] };
const client = await connect({ join: process.env['CREANCE_JOIN'] });
const session = await client.session();
const stash: Record<string, string>[] = [];

async function act(order: string): Promise<string> {
  if (order === 'stash') {
    for (let i = 0; i < 2; i += 1)
      stash.push(await session.headers({ url, method: 'GET', ...ask }));
    return 'stashed';
  }
  if (order === 'stashed') return told(await fetch(url, { headers: stash.shift() ?? {} }));
  return told(await session.fetch(url, ask));
}

async function told(response: Response): Promise<string> {
  if (response.ok) return `${response.status} ${await response.text()}`;
  const { reason } = (await response.json()) as { reason: string };
  return `${response.status} ${reason}`;
}

process.on('message', (order: string) => {
  const startedAt = performance.now();
  act(order)
    .catch((error: { code?: string; message: string }) => error.code ?? error.message)
    .then((outcome) => process.send?.({ outcome, millis: performance.now() - startedAt }))
    .catch(() => process.exit(1));
});
process.once('disconnect', () => void client.close().then(() => process.exit(0)));
console.log(`session ${session.id}`);
