import { fromEnvironment } from '@creance/sdk';
import { startActor } from '../lib/actor.js';
import { told, wordOf } from '../lib/orders.js';
import { services } from '../lib/stage.js';

// CREANCE_JOIN is the parent's, MAIL_WRITER_JOIN that of the child in another process.
const { CRM_URL: crm = '', MAIL_URL: mail = '', MAIL_WRITER_JOIN = '' } = process.env;
const read = { audience: services.crm.audience, scopes: ['contacts:read'] };
const send = { audience: services.mail.audience, scopes: ['mail:send'], method: 'POST' };

const creance = await fromEnvironment();
const parent = await creance.session();

// A child in this process: the same workload, a key of its own, and no more than its task.
const reader = await parent.delegate({ task: { grants: [read] } });
console.log(`the child reads: ${await told(await reader.fetch(`${crm}/contacts`, read))}`);
const sending = reader.fetch(`${mail}/mails`, send);
console.log(`outside its task: ${await sending.catch(wordOf)}`);
const wider = { grants: [{ audience: services.crm.audience, scopes: ['contacts:export'] }] };
console.log(
  `a task wider than the parent: ${await parent.delegate({ task: wider }).catch(wordOf)}`,
);

// A child in another process: it joins with evidence of its own, and the parent says that it is a child.
const forMail = await parent.childJoinToken({ workload: 'mail-writer', task: { grants: [send] } });
const writer = await startActor('02-delegate/mail-writer.js', {
  CREANCE_JOIN: MAIL_WRITER_JOIN,
  CHILD_JOIN_TOKEN: forMail.reveal(),
  MAIL_URL: mail,
});
console.log(`the other child sends: ${(await writer.ask('send')).outcome}`);

// The parent's end is everybody's.
const ended = writer.ask('end');
await creance.close();
console.log('the parent ends');
console.log(`the child: ${await reader.token(read).catch(wordOf)}`);
console.log(`the other child: ${(await ended).outcome}`);
await writer.leave();
