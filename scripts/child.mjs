// One command run to its end. Written for Node 18: the front door imports it before anything is installed.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';

/** Bytes of a command's output that are kept; of a longer one the start is let go, and that is said. */
const outputBytesMax = 8 * 1024 * 1024;

/** Milliseconds that a command has to stop by itself after a signal. */
const stopMillis = 15_000;

/** Milliseconds between two looks at whether the parent still lives. */
const parentLookMillis = 500;

// A group of its own per command, so that a signal or a time limit reaches everything below it, also
// through the shell wrappers in node_modules/.bin, which pass no signal on.
const ownGroup = process.platform !== 'win32';
const running = new Set();
let signalled;

/**
 * Runs a command without input and keeps what it writes. Never throws: a command that cannot start, dies
 * by a signal or passes `limitSeconds` has failed. What it leaves running ends with it.
 */
export async function runQuietly(command, args, { limitSeconds, ...options }) {
  const output = [];
  let bytes = 0;
  let shortened = false;
  const keep = (chunk) => {
    output.push(chunk);
    bytes += chunk.length;
    for (; bytes > outputBytesMax; shortened = true) bytes -= output.shift().length;
  };
  let timer;
  const end = await run(
    command,
    args,
    { ...options, stdio: ['ignore', 'pipe', 'pipe'] },
    (child) => {
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      timer = setTimeout(() => {
        keep(Buffer.from(`\nstopped after ${limitSeconds} s\n`));
        signalGroup(child, 'SIGKILL');
      }, limitSeconds * 1_000);
    },
  );
  clearTimeout(timer);
  if (end.fault !== undefined) keep(Buffer.from(`${end.fault}\n`));
  const text = Buffer.concat(output).toString('utf8');
  return { ...end, output: shortened ? `[the start is left out]\n${text}` : text };
}

/** Runs a command that speaks for itself, without input, until it ends. */
export function runAloud(command, args, options) {
  return run(command, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] }, () => {});
}

function run(command, args, options, attach) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, detached: ownGroup });
    const end = (code, fault) => {
      running.delete(child);
      const seconds = (performance.now() - started) / 1_000;
      resolve({ code, fault, seconds, ok: code === 0 });
    };
    running.add(child);
    child.on('error', (error) => end(127, error.message));
    child.on('exit', () => signalGroup(child, 'SIGKILL'));
    child.on('close', (code, signal) => end(code === null ? codeOfSignal(signal) : code));
    attach(child);
  });
}

function signalGroup(child, signal) {
  if (child.pid === undefined) return;
  try {
    process.kill(ownGroup ? -child.pid : child.pid, signal);
  } catch {
    // Nobody is left to hear it.
  }
}

function codeOfSignal(signal) {
  return 128 + (constants.signals[signal] || 0);
}

/** The exit code that belongs to the signal this process has received; undefined when there was none. */
export function exitCodeOfSignal() {
  return signalled === undefined ? undefined : codeOfSignal(signalled);
}

/**
 * Passes SIGINT, SIGTERM and SIGHUP on to whatever runs now, and ends by itself when nothing does. A second
 * signal, or `stopMillis` without an end, stops it hard. Under npm, whose shells pass no signal on, the
 * loss of npm counts as SIGTERM.
 */
export function passSignalsOn() {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(signal));
  if (process.env.npm_lifecycle_event === undefined || !ownGroup) return;
  const links = linksToNpm();
  const look = setInterval(() => {
    if (links.every(([pid, parent]) => parentOf(pid) === parent)) return;
    clearInterval(look);
    stop('SIGTERM');
  }, parentLookMillis);
  look.unref();
}

/** The pairs of process and parent from here through the shells in between up to npm. */
function linksToNpm() {
  const links = [[process.pid, process.ppid]];
  for (let pid = process.ppid; isShell(pid); pid = links.at(-1)[1])
    links.push([pid, parentOf(pid)]);
  return links;
}

/** Outside Linux there is no /proc, and no shell wrapper of ours either: the first link is enough. */
function procFile(pid, name) {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return '';
  }
}

function isShell(pid) {
  const [program] = procFile(pid, 'cmdline').split('\0');
  return /(^|\/)(sh|bash|dash|ash|busybox)$/.test(program);
}

function parentOf(pid) {
  if (pid === process.pid) return process.ppid;
  return Number(/\) \S (\d+) /.exec(procFile(pid, 'stat'))?.[1]);
}

function stop(signal) {
  const again = signalled !== undefined;
  signalled = signal;
  if (running.size === 0) process.exit(codeOfSignal(signal));
  for (const child of running) signalGroup(child, again ? 'SIGKILL' : signal);
  if (again) return;
  const hard = () => {
    for (const child of running) signalGroup(child, 'SIGKILL');
  };
  setTimeout(hard, stopMillis).unref();
}
