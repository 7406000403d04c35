import { isIPv4 } from 'node:net';

/** Whether the host of a parsed URL is this machine and nothing else (RFC 6761 §6.3, RFC 1122). */
export function isLoopback(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
