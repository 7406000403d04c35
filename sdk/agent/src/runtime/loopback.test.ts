import { describe, expect, it } from 'vitest';
import { isLoopback } from './loopback.js';

const hostOf = (url: string) => new URL(url).hostname;

describe('isLoopback', () => {
  it.each([
    'http://localhost:1',
    'http://127.0.0.1',
    'http://127.8.9.10',
    'http://[::1]:2',
    'http://0x7f000001',
  ])('takes %s', (url) => {
    expect(isLoopback(hostOf(url))).toBe(true);
  });

  it.each([
    'http://127.0.0.1.example',
    'http://127.example',
    'http://localhost.example',
    'http://evil-localhost',
    'http://0.0.0.0',
    'http://10.0.0.1',
    'http://[::2]',
    'http://[::ffff:127.0.0.1]',
  ])('refuses %s', (url) => {
    expect(isLoopback(hostOf(url))).toBe(false);
  });
});
