import { generateKeyPairSync, sign } from 'node:crypto';
/** Makes a self-signed certificate (RFC 5280), good for some hours where nothing else is said. */
export function selfSigned({ name: only, isExpired = false } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const algorithm = sequence(objectId([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
  const name = sequence(
    tagged(0x31, sequence(objectId([0x55, 0x04, 0x03]), tagged(0x0c, Buffer.from('localhost')))),
  );
  const hour = 3_600_000;
  const until = isExpired ? -hour : 6 * hour;
  const validity = sequence(time(Date.now() - 2 * hour), time(Date.now() + until));
  const names = sequence(
    tagged(0x82, Buffer.from(only ?? 'localhost')),
    ...(only === undefined ? [tagged(0x87, Buffer.from([127, 0, 0, 1]))] : []),
  );
  const alternativeNames = sequence(objectId([0x55, 0x1d, 0x11]), tagged(0x04, names));
  const body = sequence(
    tagged(0xa0, tagged(0x02, Buffer.from([2]))),
    tagged(0x02, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(alternativeNames)),
  );
  const signature = tagged(0x03, Buffer.from([0]), sign('sha256', body, privateKey));
  const der = sequence(body, algorithm, signature);
  const pem = `-----BEGIN CERTIFICATE-----\n${der.toString('base64')}\n-----END CERTIFICATE-----\n`;
  return {
    certificate: Buffer.from(pem),
    key: Buffer.from(privateKey.export({ type: 'pkcs8', format: 'pem' })),
  };
}
function sequence(...parts) {
  return tagged(0x30, ...parts);
}
function objectId(encoded) {
  return tagged(0x06, Buffer.from(encoded));
}
function time(unixMillis) {
  const text = new Date(unixMillis).toISOString().replace(/[-:T]/g, '').slice(2, 14);
  return tagged(0x17, Buffer.from(`${text}Z`));
}
/** One element of DER: tag, definite length, content. */
function tagged(tag, ...parts) {
  const content = Buffer.concat(parts);
  const { length } = content;
  const bytes =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...bytes]), content]);
}
//# sourceMappingURL=certificate.js.map
