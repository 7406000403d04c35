/** A 32-bit hash of text (FNV-1a, finished by murmur3's mixing). For places in small sets, not for secrets. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return mix(hash);
}

/** A 32-bit hash of two numbers. */
export function hashPair(one: number, other: number): number {
  return mix(Math.imul(one, 0x9e3779b1) ^ other);
}

function mix(value: number): number {
  let hash = value;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
