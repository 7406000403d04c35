import { timingSafeEqual } from 'node:crypto';

/**
 * Compares a text of a stranger with one that only we can make, in a time that does not tell how much of it was
 * right. The one place where the broker does; what is looked up by its hash needs none.
 */
export function isSameSecret(presented: string, secret: string): boolean {
  const [one, other] = [Buffer.from(presented), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}
