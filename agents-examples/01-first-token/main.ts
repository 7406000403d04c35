import { fromEnvironment } from '@creance/sdk';

// CREANCE_JOIN says which broker to join; CRM_URL where the service is.
const creance = await fromEnvironment();
const session = await creance.session();
try {
  const contacts = await session.fetch(`${process.env['CRM_URL']}/contacts`, {
    audience: 'https://crm.example.internal',
    scopes: ['contacts:read'],
  });
  console.log(`${contacts.status}: ${await contacts.text()}`);

  const exported = await session
    .fetch(`${process.env['CRM_URL']}/contacts/export`, {
      method: 'POST',
      audience: 'https://crm.example.internal',
      scopes: ['contacts:export'],
    })
    .catch((refusal: { code: string; hint: string }) => refusal);
  if ('code' in exported) console.log(`${exported.code}: ${exported.hint}`);
} finally {
  await creance.close();
}
