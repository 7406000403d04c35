import { creanceFastify, requireScopes } from '@creance/verifier/fastify';
import { joinVerifier } from '@creance/verifier/grpc';
import Fastify from 'fastify';

// CREANCE_JOIN says which broker's cuts to follow; PUBLIC_ORIGIN under which URL clients call us.
const port = Number(process.env['PORT'] ?? 7430);
const server = Fastify();
const verifier = await joinVerifier({
  join: process.env['CREANCE_JOIN'],
  keyFile: process.env['CREANCE_KEY_FILE'] ?? './creance-data/crm.key.json',
  publicOrigin: process.env['PUBLIC_ORIGIN'] ?? `http://127.0.0.1:${port}`,
});

await server.register(creanceFastify(verifier));

server.get('/contacts', { preHandler: requireScopes('contacts:read') }, async () => [
  { name: 'Ada Lovelace' },
  { name: 'Grace Hopper' },
]);

server.get('/contacts/:id', { preHandler: requireScopes('contacts:read') }, async () => ({
  name: 'Ada Lovelace',
}));

server.post('/contacts/export', { preHandler: requireScopes('contacts:export') }, async () => ({
  exported: 2,
}));

await server.listen({ host: '127.0.0.1', port });
console.log(`contacts on http://127.0.0.1:${port}`);
process.once('SIGTERM', () => void server.close().then(() => verifier.close()));
