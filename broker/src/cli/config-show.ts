import { httpListenOf, parseListen } from '../http-listen.js';
import type { Resolved, ResolvedSettings } from '../settings/resolve.js';
import type { SettingName, SettingValue } from '../settings/table.js';
import { type Format, type Output, print, printRows } from './output.js';
import { type SettingFlags, settingsInForce } from './settings-in-force.js';

/** Prints every setting as it is in force and, where asked, who says so. Nothing is started or checked further. */
export async function configShow(
  { o, origin = false, ...flags }: SettingFlags & { readonly o: Format; readonly origin?: boolean },
  output: Output,
): Promise<void> {
  const { settings: said } = await settingsInForce(flags, output);
  const settings = { ...said, httpListen: httpInForce(said) };
  const entries = Object.entries(settings) as [
    SettingName,
    { value: SettingValue; origin: string },
  ][];
  if (o !== 'table') {
    const plain = entries.map(([name, { value, origin: from }]) => [
      name,
      origin ? { value: value ?? null, origin: from } : (value ?? null),
    ]);
    return print(Object.fromEntries(plain), () => '', o, output);
  }
  const rows = entries.map(([name, { value, origin: from }]) => ({
    setting: name,
    value: shown(value),
    origin: from,
  }));
  printRows(rows, origin ? ['setting', 'value', 'origin'] : ['setting', 'value'], o, output);
}

/** The HTTP door has no default of its own: it goes by the other one. */
function httpInForce({ listen, httpListen }: ResolvedSettings): Resolved {
  const beside = parseListen(String(listen.value));
  if (httpListen.value !== undefined || beside === undefined) return httpListen;
  const place = httpListenOf(undefined, beside);
  if (place === undefined || place === 'malformed') return httpListen;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  return { ...httpListen, value: `${host}:${place.port}` };
}

function shown(value: SettingValue): string {
  if (value === undefined) return '-';
  return Array.isArray(value) ? value.join(',') || '-' : String(value);
}
