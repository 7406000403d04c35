import { setTimeout as pause } from 'node:timers/promises';
import { parseJoinString } from '@creance/proto';
import {
  ActionServiceService,
  ListSessionsRequest,
  ListSessionsResponse,
  OperatorServiceService,
  ReportActionsResponse,
  SessionState,
  type SessionSummary,
} from '@creance/proto/wire';
import { inFlight } from './harness.js';
import { Member, MemberLine } from './member.js';
import type { PlayedBatch } from './report-play.js';
import { resourceName, type WatchBroker, type WatchPlace, workloadName } from './watch-stage.js';

const lanes = 16;

/** A session of a workload, by its number. */
export interface WatchedMember {
  readonly member: Member;
  readonly workload: number;
}

/** Opens so many sessions of each workload, over one line. */
export async function openWatched(
  broker: WatchBroker,
  { workloads }: WatchPlace,
  perWorkload: number,
): Promise<{ readonly line: MemberLine; readonly members: readonly WatchedMember[] }> {
  const joins: string[] = [];
  for (let nth = 0; nth < workloads; nth += 1)
    joins.push(await broker.joinString('workload', workloadName(nth), perWorkload));
  const line = lineOf(joins[0]);
  const members: WatchedMember[] = [];
  await inFlight(workloads * perWorkload, lanes, async (nth) => {
    const workload = nth % workloads;
    const member = await Member.open(line, joins[workload] ?? '');
    members.push({ member, workload });
  });
  return { line, members };
}

/** Verifiers of the resources, each with a connection of its own. */
export class BenchVerifiers {
  readonly #all: { readonly line: MemberLine; readonly member: Member }[] = [];
  /** Actions that the broker has said that it took. */
  taken = 0;

  static async open(broker: WatchBroker, { resources }: WatchPlace): Promise<BenchVerifiers> {
    const verifiers = new BenchVerifiers();
    for (let nth = 0; nth < resources; nth += 1) {
      const join = await broker.joinString('verifier', resourceName(nth), 1);
      const line = lineOf(join);
      verifiers.#all.push({ line, member: await Member.open(line, join) });
    }
    return verifiers;
  }

  /** Reports; a report of which the broker has dropped anything is a fault here. */
  async report({ resource, bytes }: PlayedBatch): Promise<void> {
    const reply = await this.#all[resource]?.member.call(
      ActionServiceService.reportActions.path,
      bytes,
    );
    const { taken, dropped } = ReportActionsResponse.decode(reply ?? Buffer.alloc(0));
    if (dropped > 0) throw new Error(`the broker dropped ${dropped} actions of a report`);
    this.taken += taken;
  }

  close(): void {
    for (const { line } of this.#all) line.close();
  }
}

/** Ends sessions, and waits until each workload has learned from `least` sessions. */
export async function teach(
  broker: WatchBroker,
  { workloads }: WatchPlace,
  members: readonly WatchedMember[],
  least: number,
): Promise<void> {
  await inFlight(members.length, lanes, (nth) => (members[nth] as WatchedMember).member.end());
  for (let workload = 0; workload < workloads; workload += 1) {
    for (let tries = 0; ; tries += 1) {
      const learned = await broker.sessionsLearned(workloadName(workload));
      if (learned >= least) break;
      if (tries > 60) throw new Error(`${workloadName(workload)} learned from ${learned} sessions`);
      await pause(250);
    }
  }
}

/** All live sessions as the operator sees them. */
export async function listedSessions(broker: WatchBroker): Promise<readonly SessionSummary[]> {
  const { path } = OperatorServiceService.listSessions;
  const all: SessionSummary[] = [];
  for (let pageToken = ''; ; ) {
    const ask = {
      pageSize: 200,
      pageToken,
      treeOf: Buffer.alloc(0),
      workload: '',
      owner: '',
      state: 0 as const,
    };
    const reply = await broker.operate(path, ListSessionsRequest.encode(ask).finish());
    const { sessions, nextPageToken } = ListSessionsResponse.decode(reply);
    all.push(...sessions);
    if (nextPageToken === '') return all;
    pageToken = nextPageToken;
  }
}

/** Whether a session may act. */
export function isLive({ state }: SessionSummary): boolean {
  return state === SessionState.SESSION_STATE_LIVE;
}

function lineOf(joinText: string | undefined): MemberLine {
  const join = parseJoinString(joinText ?? '');
  if (join === undefined) throw new Error('the join string is none');
  return new MemberLine(join.address);
}
