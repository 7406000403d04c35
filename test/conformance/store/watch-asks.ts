import type { FakeClock, RiskHold, Store, StoreUnderTest, WatchRow } from '../../support/store.js';
import { reasonOf, under } from './asks.js';
import { rekeyAsk } from './tree-asks.js';

/** An ask to hold a session for its risk. */
function riskAsk(
  clock: FakeClock,
  session: string,
  over: Partial<Pick<RiskHold, 'tree' | 'holdEvidence'>> = {},
): RiskHold {
  return { ...under(clock, session, 'risk_suspended'), tree: false, holdEvidence: false, ...over };
}

/** Holds a session for its risk. */
export function holdForRisk(
  { store, clock }: StoreUnderTest,
  session: string,
  over: Partial<Pick<RiskHold, 'tree' | 'holdEvidence'>> = {},
): ReturnType<Store['suspendForRisk']> {
  return store.suspendForRisk(riskAsk(clock, session, over));
}

/** Holds a session as an operator does. */
export function holdByOperator(
  { store, clock }: StoreUnderTest,
  session: string,
): ReturnType<Store['suspendSession']> {
  return store.suspendSession(under(clock, session, 'session_suspended'));
}

/** Lets a session go; gives the reason against it. */
export async function letGo({ store, clock }: StoreUnderTest, session: string): Promise<string> {
  return reasonOf(await store.resumeSession(under(clock, session, 'session_resumed')));
}

/** Binds a session to another key, by its own evidence or other; gives the reason against it. */
export async function revalidate(
  { store, clock }: StoreUnderTest,
  session: string,
  key: string,
  evidence: string = session,
): Promise<string> {
  return reasonOf(await store.rekeySession(rekeyAsk(clock, session, key, evidence)));
}

/** Issues under a session; gives the reason against it. */
export async function issueUnder(
  { store, clock }: StoreUnderTest,
  session: string,
): Promise<string> {
  return reasonOf(await store.issueToken(under(clock, session, 'token_issued')));
}

/** A row of the watch with a text for bytes. */
export function watchRow(kind: WatchRow['kind'], name: string, text: string): WatchRow {
  return { kind, name, bytes: Buffer.from(text) };
}

/** What the watch has kept, as text by name. */
export function keptTexts(
  store: StoreUnderTest['store'],
  kind: WatchRow['kind'],
): Record<string, string> {
  const rows = [...store.watchRows(kind)];
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, Buffer.from(bytes).toString()]));
}
