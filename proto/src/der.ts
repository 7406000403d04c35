/** DER of the head of a P-256 SubjectPublicKeyInfo; x and y follow (RFC 5480 §2). */
const spkiHead = Uint8Array.from([
  0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
  0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
]);

const half = 32;

/** A P-256 public key in DER, from its coordinates of 32 bytes each. */
export function spkiOf(x: Uint8Array, y: Uint8Array): Uint8Array {
  const spki = new Uint8Array(spkiHead.length + 2 * half);
  spki.set(spkiHead);
  spki.set(x, spkiHead.length);
  spki.set(y, spkiHead.length + half);
  return spki;
}

/**
 * An ECDSA signature in DER (RFC 3279 §2.2.3), from r || s of 32 bytes each: two integers without
 * leading zeros, but for the one that keeps them positive (X.690 §8.3).
 */
export function derOf(signature: Uint8Array): Uint8Array {
  const rFirst = firstByte(signature, 0);
  const sFirst = firstByte(signature, half);
  const rPad = isHigh(signature, rFirst) ? 1 : 0;
  const sPad = isHigh(signature, sFirst) ? 1 : 0;
  const rLength = half - rFirst + rPad;
  const sLength = 2 * half - sFirst + sPad;
  const der = new Uint8Array(6 + rLength + sLength);
  der[0] = 0x30;
  der[1] = 4 + rLength + sLength;
  der[2] = 0x02;
  der[3] = rLength;
  der.set(signature.subarray(rFirst, half), 4 + rPad);
  der[4 + rLength] = 0x02;
  der[5 + rLength] = sLength;
  der.set(signature.subarray(sFirst), 6 + rLength + sPad);
  return der;
}

/** Place of the first byte of a half that is not zero; of its last byte when all are. */
function firstByte(signature: Uint8Array, from: number): number {
  let at = from;
  while (at < from + half - 1 && signature[at] === 0) at += 1;
  return at;
}

function isHigh(signature: Uint8Array, at: number): boolean {
  return (signature[at] as number) >= 0x80;
}

/**
 * The r || s of 64 bytes (RFC 7518 §3.4) of an ECDSA signature in DER, as a signer of our own has made
 * it. Throws on anything else: this reads no stranger's signature.
 */
export function rawSignatureOf(der: Uint8Array): Uint8Array {
  const raw = new Uint8Array(2 * half);
  const next = copyInteger(der, 2, raw, half);
  if (copyInteger(der, next, raw, 2 * half) !== der.length)
    throw new RangeError('no DER signature');
  return raw;
}

/** Copies the integer at a place so that it ends before `end`; gives the place after it. */
function copyInteger(der: Uint8Array, at: number, raw: Uint8Array, end: number): number {
  const from = at + 2;
  const to = from + (der[at + 1] ?? 0);
  const bytes = der.subarray(der[from] === 0 && to - from > 1 ? from + 1 : from, to);
  if (der[at] !== 0x02 || to > der.length || bytes.length > half)
    throw new RangeError('no DER signature');
  raw.set(bytes, end - bytes.length);
  return to;
}
