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
