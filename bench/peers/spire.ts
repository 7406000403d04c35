import { spawn, spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { Client, credentials } from '@grpc/grpc-js';
import { lanes, measured } from '../call-subjects.js';
import { ended, scratchFolder, tended } from '../stage.js';
import type { Peer } from './peer.js';
import { peerAudience } from './peer-client.js';

const trustDomain = 'bench.example';
const startMillis = 20_000;

/** The server of SPIRE where `bench/peers/build.mjs` has put it; undefined where it was not built. */
function spireProgram(): string | undefined {
  const { CREANCE_BENCH_PEERS: named } = process.env;
  const folder = named ?? join(homedir(), '.cache/creance-bench-peers');
  const program = join(folder, 'bin/spire-server');
  return existsSync(program) ? program : undefined;
}

const configurationOf = (data: string, socket: string) => `server {
  bind_address = "127.0.0.1"
  bind_port = "0"
  socket_path = "${socket}"
  trust_domain = "${trustDomain}"
  data_dir = "${data}"
  log_level = "ERROR"
  ca_key_type = "ec-p256"
  jwt_key_type = "ec-p256"
  jwt_issuer = "https://${trustDomain}"
}
plugins {
  DataStore "sql" {
    plugin_data { database_type = "sqlite3" connection_string = "${data}/datastore.sqlite3" }
  }
  NodeAttestor "join_token" { plugin_data {} }
  KeyManager "memory" { plugin_data {} }
}
`;

/** A field of a message that is bytes, text or a message of fewer than 128 bytes (protobuf encoding). */
function field(number: number, value: Buffer | string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.of((number << 3) | 2, bytes.length), bytes]);
}

/** MintJWTSVIDRequest of spire.api.server.svid.v1: an id, an audience and 60 seconds. */
function mintRequest(): Buffer {
  const id = Buffer.concat([field(1, trustDomain), field(2, '/bench')]);
  return Buffer.concat([field(1, id), field(2, peerAudience), Buffer.of(3 << 3, 60)]);
}

/** SPIRE's server, asked over its own socket for JWT-SVIDs. */
export async function startSpire(): Promise<Peer | undefined> {
  const program = spireProgram();
  if (program === undefined) return undefined;
  const data = scratchFolder();
  const [file, socket] = [join(data, 'server.conf'), join(data, 'api.sock')];
  writeFileSync(file, configurationOf(data, socket));
  const child = tended(spawn(program, ['run', '-config', file], { stdio: 'ignore' }));
  const client = new Client(`unix:${socket}`, credentials.createInsecure());
  await new Promise<void>((resolve, reject) =>
    client.waitForReady(Date.now() + startMillis, (error) => (error ? reject(error) : resolve())),
  );
  const plain = (bytes: Buffer) => bytes;
  const request = mintRequest();
  const mint = () =>
    new Promise<void>((resolve, reject) => {
      const answer = (error: Error | null) => (error === null ? resolve() : reject(error));
      const path = '/spire.api.server.svid.v1.SVID/MintJWTSVID';
      client.makeUnaryRequest(path, plain, plain, request, answer);
    });
  // It says its version as it says its faults.
  const version = spawnSync(program, ['--version'], { encoding: 'utf8' }).stderr.trim();
  return {
    name: 'SPIRE server',
    version,
    operation: 'MintJWTSVID',
    settings:
      'its own socket; ES256, key in memory, SQLite; the token is not stored and cannot be revoked',
    client: `Node, ${lanes} in flight`,
    subject: measured('SPIRE server', child.pid ?? 0, mint),
    async stop() {
      client.close();
      await ended(child);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
