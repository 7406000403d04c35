import { creanceExpress } from '@creance/verifier/express';
import { joinVerifier } from '@creance/verifier/grpc';
import express from 'express';

// The same as main.ts, on Express.
const port = Number(process.env['PORT'] ?? 7431);
const verifier = await joinVerifier({
  join: process.env['CREANCE_JOIN'],
  keyFile: process.env['CREANCE_KEY_FILE'] ?? './creance-data/mail.key.json',
  publicOrigin: process.env['PUBLIC_ORIGIN'] ?? `http://127.0.0.1:${port}`,
});

const { requireScopes } = creanceExpress(verifier);
const app = express();
const sent: string[] = [];

app.get('/mails', requireScopes('mail:read'), (_request, response) => {
  response.json({ sent: sent.length });
});

app.post('/mails', requireScopes('mail:send'), (request, response) => {
  sent.push(request.identity?.sessionId ?? '');
  response.status(202).json({ accepted: true });
});

app.post('/forwarding', requireScopes('mail:forward'), (_request, response) => {
  response.status(201).json({ forwarded: sent.length });
});

const server = app.listen(port, '127.0.0.1', () => console.log(`mail on http://127.0.0.1:${port}`));
process.once('SIGTERM', () => {
  server.closeAllConnections();
  server.close(() => void verifier.close());
});
