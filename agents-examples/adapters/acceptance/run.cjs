// A CommonJS program with an adapter: `run.cjs FRAMEWORK URL PACKAGE_JSON`, the last for where the framework
// is found. Prints what a tool has answered, and which files of the framework were loaded.
const { createRequire } = require('node:module');
const { connect } = require('@creance/sdk');
const { whileLive } = require('../dist/core/while-live.js');
const { creanceHooks, toolAccess } = require('../dist/langchain/creance-hooks.js');
const { creanceAuth } = require('../dist/mcp/client.js');

const audience = 'https://crm.example.internal';
const needs = { audience, scopes: ['contacts:read'] };

async function langchain(session, url, load) {
  const { AIMessage, createAgent, createMiddleware, tool } = load('langchain');
  const { fakeModel } = load('@langchain/core/testing');
  const { z } = load('zod');
  const about = { name: 'readContacts', description: 'reads', schema: z.object({}) };
  const readContacts = tool(async () => (await toolAccess().fetch(url)).text(), about);
  const model = fakeModel()
    .respondWithTools([{ name: 'readContacts', args: {}, id: '1' }])
    .respond(new AIMessage('done'));
  const middleware = [createMiddleware(creanceHooks(session, { tools: { readContacts: needs } }))];
  const agent = createAgent({ model, tools: [readContacts], middleware });
  const input = { messages: [{ role: 'user', content: 'go' }] };
  const { messages } = await agent.invoke(input, { signal: session.signal });
  return messages.find(({ type }) => type === 'tool').text;
}

async function mcp(session, url, { Client, StreamableHTTPClientTransport }) {
  const auth = creanceAuth(session, { ...needs, url });
  const client = new Client({ name: 'agent', version: '1.0.0' });
  await client.connect(new StreamableHTTPClientTransport(new URL(url), auth));
  const reply = await client.callTool({ name: 'read_contacts', arguments: {} });
  await client.close();
  return reply.content[0].text;
}

const frameworks = {
  langchain,
  mcp2: (session, url, load) => mcp(session, url, load('@modelcontextprotocol/client')),
  mcp1: (session, url, load) =>
    mcp(session, url, {
      ...load('@modelcontextprotocol/sdk/client/index.js'),
      ...load('@modelcontextprotocol/sdk/client/streamableHttp.js'),
    }),
};

async function main([framework, url, from]) {
  const load = createRequire(from);
  const creance = await connect({ join: process.env.CREANCE_TEST_JOIN });
  const session = await creance.session();
  const answer = await whileLive(session, () => frameworks[framework](session, url, load));
  await creance.close();
  const loaded = Object.keys(require.cache).filter((file) =>
    /node_modules\/(langchain|@langchain\/core|@modelcontextprotocol\/(sdk|client))\//.test(file),
  );
  process.stdout.write(JSON.stringify({ answer, loaded }));
}

void main(process.argv.slice(2));
