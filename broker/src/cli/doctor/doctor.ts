import { styleText } from 'node:util';
import { certificateFacts } from '../../certificate-facts.js';
import { type BrokerConfig, type BrokerFlags, readConfig } from '../../config.js';
import { parseListen } from '../../http-listen.js';
import { systemClock } from '../../runtime/clock.js';
import type { ResolvedSettings } from '../../settings/resolve.js';
import { lookAtStore, sqliteInUse } from '../../store/index.js';
import { CommandFailed, type Format, type Output, print, printable } from '../output.js';
import { brokerFlagsOf, type SettingFlags, settingsInForce } from '../settings-in-force.js';
import {
  type FolderFacts,
  folderFinding,
  journalFinding,
  keysFinding,
  storeFinding,
} from './folder.js';
import { diskFinding, nodeFinding, sqliteFinding, telemetryFinding } from './host.js';
import { lookAtBroker, manifestFinding } from './look-broker.js';
import { freeBytesAt, lookAtFolder } from './look-folder.js';
import { lookAtHttpListen, lookAtListen, lookAtTelemetry } from './look-network.js';
import { brokerFindings, httpListenFinding, listenFinding } from './running.js';
import { tlsFindings } from './tls.js';
import { type Finding, failure, fine } from './verdict.js';

/** The flags of a broker that is to be looked at, and of this command. */
export type DoctorFlags = SettingFlags & {
  readonly o: Format;
  readonly keyFile?: string;
  /** Whether it is a development broker, where the data folder does not say. */
  readonly dev?: boolean;
};

/**
 * Looks at everything that a broker needs and that can be wrong with one, starts and changes nothing, and
 * prints each finding with its fix. Throws a `CommandFailed` when something fails.
 */
export async function doctor(
  flags: DoctorFlags,
  output: Output,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
  const { o, keyFile, dev, ...settingFlags } = flags;
  const findings: Finding[] = [nodeFinding(process.versions.node), sqliteFinding(sqliteInUse())];
  try {
    const { settings } = await settingsInForce(settingFlags, output, environment);
    const kept = lookAtFolder(String(settings.data.value));
    const isDev = kept.kind === 'none' ? (dev ?? false) : kept.kind === 'dev';
    const own = brokerFlagsOf(settings, isDev);
    findings.push(
      ...(await installationFindings({ flags: own, settings, kept, keyFile, environment })),
    );
    findings.push(telemetryFinding(await lookAtTelemetry(environment)));
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    findings.push(failure('settings', error.message, 'correct them; creance config show --origin'));
  }
  print(findings, () => findingsText(findings), o, output);
  const failed = findings.filter(({ verdict }) => verdict === 'fail').length;
  if (failed > 0) throw new CommandFailed('');
}

interface Installation {
  readonly flags: BrokerFlags;
  readonly settings: ResolvedSettings;
  readonly kept: FolderFacts;
  readonly keyFile: string | undefined;
  readonly environment: NodeJS.ProcessEnv;
}

async function installationFindings({
  flags,
  settings,
  kept,
  keyFile,
  environment,
}: Installation): Promise<Finding[]> {
  const { data, manifest, dev } = flags;
  const config = readConfig(flags, (name) => settings[name].origin);
  const listening = await listeningAt(config, flags);
  const isRunning = listening === 'serving';
  const broker = await lookAtBroker({ data, keyFile, manifest, isRunning }, environment);
  return [
    ...settingFindings(config),
    folderFinding(kept),
    keysFinding(kept),
    ...(kept.isFolder && kept.code === undefined ? storeFindings(data, isRunning) : []),
    diskFinding(freeBytesAt(data), config.ok ? config.value.historyBytes : 0),
    ...(config.ok ? certificateFindings(config.value) : []),
    ...(listening === undefined ? [] : [listenFinding(flags.listen, listening)]),
    // A broker that is there has its other door too, also before it serves.
    ...(config.ok && !isRunning && listening !== 'not_serving'
      ? await httpFindings(config.value)
      : []),
    await manifestFinding(manifest, dev),
    ...brokerFindings(broker),
  ];
}

function storeFindings(data: string, isRunning: boolean): readonly Finding[] {
  const look = lookAtStore(data);
  return [storeFinding(look), journalFinding(look, isRunning)];
}

/** Who has the address, whatever else is wrong with the settings; undefined when it is no address. */
async function listeningAt(config: ReturnType<typeof readConfig>, flags: BrokerFlags) {
  const { listen: named, tlsCertificate } = flags;
  const listen = config.ok ? config.value.listen : parseListen(named);
  const isTls = config.ok ? config.value.tls !== undefined : tlsCertificate !== undefined;
  return listen && lookAtListen(listen, isTls);
}

async function httpFindings({ httpListen }: BrokerConfig): Promise<readonly Finding[]> {
  if (httpListen === undefined) return [];
  const { host, port } = httpListen;
  return [httpListenFinding(`${host}:${port}`, await lookAtHttpListen(httpListen))];
}

function settingFindings(config: ReturnType<typeof readConfig>): Finding[] {
  if (config.ok) return [fine('settings', originWords(config.value))];
  return config.error.map(({ code, lines, fix }) =>
    failure('settings', `${code} ${lines.join('; ')}`, fix),
  );
}

function originWords({ publicOrigin, listen }: BrokerConfig): string {
  return `clients reach ${publicOrigin ?? `the address it listens at, on ${listen.host}`}`;
}

function certificateFindings({ tls, publicOrigin }: BrokerConfig): readonly Finding[] {
  const nowMillis = systemClock.now() / 1_000;
  return tlsFindings(tls && certificateFacts(tls), { publicOrigin, nowMillis });
}

const colours = { ok: 'green', warn: 'yellow', fail: 'red' } as const;

/** Findings for people: verdict, check, what was found, and below it the fix. */
function findingsText(findings: readonly Finding[]): string {
  const width = Math.max(...findings.map(({ check }) => check.length));
  const indent = ' '.repeat(width + 8);
  return findings
    .map(({ check, verdict, found, fix }) => {
      const [first = '', ...rest] = found.split('\n').map(printable);
      const below = fix === undefined ? rest : [...rest, `fix: ${printable(fix)}`];
      const lines = [first, ...below.map((line) => indent + line)].join('\n');
      return `${styleText(colours[verdict], verdict.padEnd(4))}  ${check.padEnd(width)}  ${lines}`;
    })
    .join('\n');
}
