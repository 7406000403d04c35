import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** What a module needs at load, and everything that this needs: packages by name. */
function packagesOf(url: URL, seen: Set<string>): Set<string> {
  const packages = new Set<string>();
  if (seen.has(url.href)) return packages;
  seen.add(url.href);
  const text = readFileSync(url, 'utf8');
  for (const [, words, from = ''] of text.matchAll(
    /^(?:import|export) ([^;]*?) ?from '(.+?)'/gms,
  )) {
    if (words?.startsWith('type ')) continue;
    if (!from.startsWith('.')) packages.add(from);
    else
      for (const name of packagesOf(new URL(from.replace(/\.js$/, '.ts'), url), seen))
        packages.add(name);
  }
  return packages;
}

const door = (name: string) => [...packagesOf(new URL(name, import.meta.url), new Set())].sort();

describe('the doors', () => {
  // breaks when: anything behind index.ts imports node:crypto or the wire messages.
  it('load in any runtime at the front, without grpc-js and without Node', () => {
    expect(door('./index.ts')).toEqual(['@creance/proto', '@opentelemetry/api']);
  });

  // breaks when: grpc.ts imports anything of grpc-js: who lacks it would not be told so in words.
  it('load grpc-js behind ./grpc and ./grpc-server alone, and Fastify and Express nowhere', () => {
    expect(door('./grpc.ts')).toEqual(['@creance/proto']);
    expect(door('./grpc/join.ts')).toContain('@grpc/grpc-js');
    expect(door('./grpc-server.ts')).toEqual([
      '@creance/proto',
      '@creance/proto/wire',
      '@grpc/grpc-js',
    ]);
    expect(door('./fastify.ts')).toEqual(['@creance/proto']);
    expect(door('./express.ts')).toEqual(['@creance/proto']);
  });
});
