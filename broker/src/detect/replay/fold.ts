import { ipv6Groups } from '../../domain/ipv6.js';
import { hashText } from '../watch/hash.js';

/** Characters of a text of history that are kept, before the mark of what it was; the engine keeps less. */
const textCharsMax = 1_024;

/** A text in bounded memory. A longer one keeps a mark of its own, so that different ones stay different. */
export function boundedText(text: string): string {
  if (text.length <= textCharsMax) return text;
  return `${text.slice(0, textCharsMax)}…${hashText(text).toString(16)}`;
}

/** A resource's name. The first space of a full name ends it, so it holds none. */
export function resourceOf(text: string): string {
  return text.replaceAll(' ', '\u00a0');
}

const ipv4 = /^(?:::ffff:)?(\d{1,3}\.[^.\s]{1,3}\.[^.\s]{1,3})\.[^.\s:]{1,3}(?::\d{1,5})?$/;
const ipv6 = /^\[?([0-9a-f:.]{2,45})(?:%[^\]]*)?(?:\](?::\d{1,5})?)?$/;

/** The /24 of an IPv4 address, the /48 of an IPv6 one; anything else names a network itself. */
export function networkOf(address: string): string {
  const text = address.trim().toLowerCase();
  const four = ipv4.exec(text)?.[1];
  if (four !== undefined) return `${four}.0/24`;
  const six = text.includes(':') ? ipv6.exec(text)?.[1] : undefined;
  return six === undefined ? address : `${ipv6Groups(six).slice(0, 3).join(':')}::/48`;
}

/** The first word of a client's name, without its version. */
export function clientOf(name: string): string {
  return name.split(/[/ ]/, 1)[0] || 'other';
}
