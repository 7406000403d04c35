import { chmodSync, lstatSync, mkdirSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { dirname } from 'node:path';
import { ok, type Result, refuse } from '@creance/proto';
import { configurationFault, type StartFault } from '../start-fault.js';

/** Listens on a TCP port; gives the port. */
export async function listenOn(
  listener: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Result<number, StartFault>> {
  const fault = await listening(listener, { host, port });
  if (fault !== undefined) return refuse(portFault(fault, host, port));
  const bound = listener.address();
  return ok(typeof bound === 'object' && bound !== null ? bound.port : port);
}

/**
 * Listens on a unix socket for its owner alone: the folder is theirs with mode 0700, the socket 0600. A
 * socket that a killed broker has left behind is replaced, one that somebody listens on is not.
 */
export async function listenForOwner(
  listener: Server,
  path: string,
): Promise<Result<string, StartFault>> {
  const folder = ownFolder(dirname(path));
  if (!folder.ok) return folder;
  if (await isAlive(path)) {
    return refuse({
      code: 'socket_in_use',
      lines: [`another broker listens on ${path}`],
      fix: 'stop it, or use another data folder',
      exitCode: 75,
    });
  }
  rmSync(path, { force: true });
  const fault = await listening(listener, { path });
  if (fault !== undefined) {
    return refuse(
      configurationFault(
        'socket_unusable',
        `${path} cannot be listened on: ${fault.code}`,
        'use a data folder with a shorter path, on a local disk',
      ),
    );
  }
  chmodSync(path, 0o600);
  return ok(path);
}

function listening(
  listener: Server,
  place: { readonly path: string } | { readonly host: string; readonly port: number },
): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const onError = (fault: NodeJS.ErrnoException) => resolve(fault);
    listener.once('error', onError);
    listener.listen(place, () => {
      listener.removeListener('error', onError);
      resolve(undefined);
    });
  });
}

function portFault({ code }: NodeJS.ErrnoException, host: string, port: number): StartFault {
  const place = `${host}:${port}`;
  switch (code) {
    case 'EADDRINUSE':
      return {
        code: 'port_in_use',
        lines: [`somebody listens on ${place} already`],
        fix: 'stop it, or name another port with --listen',
        exitCode: 75,
      };
    case 'EACCES':
      return configurationFault(
        'port_not_allowed',
        `this user may not listen on ${place}`,
        'name a port above 1023 with --listen',
      );
    default:
      return configurationFault(
        'address_unusable',
        `${place} cannot be listened on: ${code}`,
        'name an address of this machine with --listen',
      );
  }
}

function ownFolder(folder: string): Result<void, StartFault> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { mode, uid } = lstatSync(folder);
  const isMine = process.getuid === undefined || uid === process.getuid();
  if (isMine && (mode & 0o077) === 0) return ok(undefined);
  return refuse(
    configurationFault(
      'socket_folder_open',
      `${folder} is open to others`,
      `chmod 700 ${folder}, owned by the user of the broker`,
    ),
  );
}

/** Whether somebody listens on a socket. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const done = (alive: boolean) => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}
