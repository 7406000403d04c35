import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, release, totalmem, type as typeOfSystem } from 'node:os';
import { dirname, join } from 'node:path';
import type { Place } from './results.js';

const require = createRequire(import.meta.url);
const requireOfBroker = createRequire(require.resolve('@creance/broker'));

/** What the figures were measured on. */
export function placeOf(): Place {
  const all = cpus();
  return {
    processor: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${typeOfSystem()} ${release()}`,
    versions: {
      node: process.versions.node,
      OpenSSL: process.versions.openssl,
      '@grpc/grpc-js': versionOf(require, '@grpc/grpc-js'),
      'better-sqlite3': versionOf(requireOfBroker, 'better-sqlite3'),
      jose: versionOf(require, 'jose'),
      ...programVersions(),
    },
  };
}

/** The version of a package, by the file of its folder: few packages let it be imported. */
export function versionOf(from: NodeJS.Require, name: string): string {
  for (let folder = dirname(from.resolve(name)); folder !== dirname(folder); ) {
    try {
      const described = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      if (described.name === name) return described.version as string;
    } catch {
      // No package begins here.
    }
    folder = dirname(folder);
  }
  return 'unknown';
}

function programVersions(): Record<string, string> {
  const programs: readonly (readonly [string, string])[] = [
    ['h2load', '--version'],
    ['wrk', '--version'],
    ['go', 'version'],
  ];
  return Object.fromEntries(
    programs.flatMap(([program, flag]) => {
      const version = /\d+\.\d+(\.\d+)?/.exec(outputOf(program, flag))?.[0];
      return version === undefined ? [] : [[program, version]];
    }),
  );
}

function outputOf(program: string, flag: string): string {
  try {
    return execFileSync(program, [flag], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // wrk says its version and fails.
    return String((error as { readonly stdout?: string }).stdout ?? '');
  }
}
