import { readFileSync, statSync } from 'node:fs';
import { ok, type Result, refuse } from '@creance/proto';
import {
  type CertificateFacts,
  certificateFacts,
  pairFault,
  warningDue,
} from './certificate-facts.js';
import type { TlsMaterial } from './rpc/front.js';
import type { Clock } from './runtime/clock.js';
import { configurationFault, type StartFault } from './start-fault.js';
import type { LogFields } from './telemetry/log-fields.js';

/** Milliseconds between two looks at the files. */
const lookMillis = 5_000;

const replaceFix = 'put a new certificate and its key in place; the broker takes them by itself';

/** TLS by the files that it is read from. */
export interface TlsOfFiles extends TlsMaterial {
  readonly files: { readonly certificate: string; readonly key: string };
}

/** Parts of what keeps the certificate new. */
export interface CertificateParts {
  readonly tls: TlsOfFiles | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly logger: Record<'info' | 'warn' | 'error', (fields: LogFields, text: string) => void>;
  /** Gives every door the new pair, which was found good. */
  readonly use: (tls: TlsMaterial) => void;
  /** A pair of the files was taken or not. */
  readonly onSwap: (outcome: 'taken' | 'refused') => void;
}

/** What came of a look at the files: nothing is served by TLS, nothing is new, or a pair was taken. */
export type CertificateLook = 'none' | 'same' | 'taken';

/** Keeps the certificate of the doors as new as its files. */
export interface Certificates {
  /** Reads the files again; a pair that cannot be used is refused, and the old one serves on. */
  reload(): Result<CertificateLook, StartFault>;
  /** Seconds that the certificate which serves is good for, negative once it has ended; undefined without TLS. */
  remainingSeconds(): number | undefined;
  stop(): void;
}

/**
 * Looks at the files every 5 s, takes a pair that was changed once certificate and key fit together, and says
 * when the one that serves comes to its end. Both are given to the doors in one turn; connections that are open
 * keep what they have.
 */
export function keepCertificates(parts: CertificateParts): Certificates {
  const { tls, clock } = parts;
  if (tls === undefined)
    return { reload: () => ok('none'), remainingSeconds: () => undefined, stop() {} };
  const keeper = new Keeper(parts, tls);
  keeper.warn();
  const timer = setInterval(() => keeper.beat(), lookMillis).unref();
  return {
    reload: () => keeper.reload(),
    remainingSeconds: () => keeper.remainingSeconds(millis(clock)),
    stop: () => clearInterval(timer),
  };
}

const millis = (clock: Pick<Clock, 'now'>) => clock.now() / 1_000;

class Keeper {
  readonly #parts: CertificateParts;
  readonly #files: TlsOfFiles['files'];
  #serving: TlsMaterial;
  #facts: CertificateFacts | undefined;
  #seen: string;
  #warned: number | undefined;

  constructor(parts: CertificateParts, tls: TlsOfFiles) {
    this.#parts = parts;
    this.#files = tls.files;
    this.#serving = tls;
    this.#facts = factsOf(tls);
    // Not what the files are now: they may have changed since they were read, and the first look tells.
    this.#seen = '';
  }

  remainingSeconds(nowMillis: number): number | undefined {
    return this.#facts && (this.#facts.validTo - nowMillis) / 1_000;
  }

  /** Looks whether anything was changed, and only then reads. */
  beat(): void {
    if (this.#seen !== this.#marks()) this.reload();
    this.warn();
  }

  reload(): Result<CertificateLook, StartFault> {
    // Before the bytes: what is written while they are read is another mark at the next look.
    this.#seen = this.#marks();
    const { logger, onSwap } = this.#parts;
    const taken = this.#take();
    if (!taken.ok) {
      const { code: reason, lines, fix } = taken.error;
      logger.error(
        { reason, fault: lines[0], fix },
        'the certificate was not taken; the old one serves',
      );
      onSwap('refused');
    } else if (taken.value === 'taken') {
      logger.info({ validTo: this.#until() }, 'a new certificate serves');
      onSwap('taken');
      this.warn();
    }
    return taken;
  }

  /** Says once that 30, 7 or 1 days are left, and that it has ended. */
  warn(): void {
    const { logger, clock } = this.#parts;
    const due = this.#facts && warningDue(this.#facts, millis(clock));
    if (due === this.#warned) return;
    this.#warned = due;
    if (due === undefined) return;
    const fields = { validTo: this.#until(), fix: replaceFix };
    if (due === 0) logger.error(fields, 'the certificate has ended: nobody connects');
    else logger.warn({ ...fields, days: due }, 'the certificate ends soon');
  }

  #take(): Result<CertificateLook, StartFault> {
    const read = readPair(this.#files);
    if (!read.ok) return read;
    const { certificate, key } = read.value;
    const { certificate: ownCertificate, key: ownKey } = this.#serving;
    if (certificate.equals(ownCertificate) && key.equals(ownKey)) return ok('same');
    const wrong = pairFault(read.value, millis(this.#parts.clock));
    if (wrong !== undefined)
      return refuse(configurationFault('tls_unusable', wrong.fault, wrong.fix));
    this.#parts.use(read.value);
    this.#serving = read.value;
    this.#facts = factsOf(read.value);
    this.#warned = undefined;
    return ok('taken');
  }

  #until(): string | undefined {
    return this.#facts && new Date(this.#facts.validTo).toISOString();
  }

  #marks(): string {
    return `${markOf(this.#files.certificate)} ${markOf(this.#files.key)}`;
  }
}

function factsOf(tls: TlsMaterial): CertificateFacts | undefined {
  const facts = certificateFacts(tls);
  return 'fault' in facts ? undefined : facts;
}

/** What changes with every change of a file: by rename, by writing into it, by its removal. */
function markOf(file: string): string {
  try {
    const { ino, size, mtimeNs, ctimeNs } = statSync(file, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join('-');
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function readPair(files: TlsOfFiles['files']): Result<TlsMaterial, StartFault> {
  try {
    return ok({ certificate: readFileSync(files.certificate), key: readFileSync(files.key) });
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    const line = `${path} cannot be read: ${code}`;
    return refuse(configurationFault('tls_unreadable', line, 'correct the path or the mode'));
  }
}
