import { connect } from '@creance/sdk';
import { takeOrders, told } from '../lib/orders.js';
import { presign } from '../lib/presigned.js';
import { endOf } from '../lib/session-end.js';
import { services } from '../lib/stage.js';
import { inTrace } from '../lib/telemetry.js';

/**
 * The sub-agent in another process: a workload of its own, with evidence and a key of its own. The child
 * join token of the orchestrator makes it a child.
 */
const { CREANCE_JOIN: join, CREANCE_KEY_FILE: keyFile, CHILD_JOIN_TOKEN, MAIL_URL } = process.env;
const client = await connect({ join, keyFile });
const session = await inTrace(process.env['TRACEPARENT'], () =>
  client.session({ childJoinToken: CHILD_JOIN_TOKEN }),
);
const { audience } = services.mail;
const outbox = { url: `${MAIL_URL}/mails`, method: 'GET', audience, scopes: ['mail:read'] };
const end = endOf(session);

takeOrders(
  {
    send: async () =>
      told(
        await session.fetch(`${MAIL_URL}/mails`, {
          method: 'POST',
          audience,
          scopes: ['mail:send'],
        }),
      ),
    presign: async (count) => {
      // A real one first: it brings the nonce of the service.
      await told(await session.fetch(outbox.url, outbox));
      const signing = () => presign(session, outbox, Number(count));
      return { outcome: 'signed', value: await session.tool('presign', signing) };
    },
    end: () => end,
  },
  () => client.close(),
);
console.log(`ready ${session.id}`);
