import { type Result, refuse } from '@creance/proto';
import type { StoreRefusal } from '../store.js';
import { faultKind } from './fault.js';
import type { Journal } from './journal.js';

/** The transaction around a group. Each part throws the driver's faults. */
export interface GroupTransaction {
  begin(): void;
  commit(): void;
  /** Leaves no transaction open, also when the fault has ended it already. */
  rollBack(): void;
}

/** A write that waits for its group. */
export interface Item {
  /** Checks before it writes, and may run more than once: each time from the same state. */
  readonly run: () => Result<unknown, unknown>;
  readonly resolve: (answer: Result<unknown, unknown>) => void;
  readonly reject: (fault: unknown) => void;
}

/** How a transaction over some items went; `at` is the item whose own fault it was. */
type Attempt =
  | { readonly ok: true; readonly answers: readonly Result<unknown, unknown>[] }
  | { readonly ok: false; readonly fault: unknown; readonly at: number | undefined };

type GroupFault = 'full' | 'busy' | 'disk';

const refusals: Readonly<Record<GroupFault, StoreRefusal>> = {
  full: 'store_full',
  busy: 'store_busy',
  disk: 'store_failed',
};

/**
 * Runs items in order in one transaction and answers them once it is durable. An item that throws is
 * taken out and the rest runs again, so that it takes nobody down. Gives the fault when nothing was
 * committed for a reason that is no item's; then all are refused.
 */
export function runGroup(
  items: Item[],
  transaction: GroupTransaction,
  journal: Journal,
): { readonly kind: GroupFault; readonly fault: unknown } | undefined {
  while (items.length > 0) {
    const attempt = attemptAll(items, transaction, journal);
    if (attempt.ok) {
      journal.commit();
      answerAll(items, attempt.answers);
      return undefined;
    }
    const { fault, at } = attempt;
    const kind = at === undefined ? groupFault(fault) : faultKind(fault);
    if (kind !== 'item') {
      for (const item of items) item.resolve(refuse(refusals[kind]));
      return { kind, fault };
    }
    for (const item of items.splice(at as number, 1)) item.reject(fault);
  }
  return undefined;
}

function attemptAll(
  items: readonly Item[],
  transaction: GroupTransaction,
  journal: Journal,
): Attempt {
  const answers: Result<unknown, unknown>[] = [];
  let running = false;
  try {
    transaction.begin();
    running = true;
    for (const item of items) answers.push(item.run());
    running = false;
    transaction.commit();
    return { ok: true, answers };
  } catch (fault) {
    journal.rollBack();
    const stuck = rollBackFault(transaction);
    const at = running && stuck === undefined ? answers.length : undefined;
    return { ok: false, fault: stuck ?? fault, at };
  }
}

function answerAll(items: readonly Item[], answers: readonly Result<unknown, unknown>[]): void {
  items.forEach((item, at) => {
    item.resolve(answers[at] as Result<unknown, unknown>);
  });
}

/** What is wrong when not even a rollback works. */
function rollBackFault(transaction: GroupTransaction): Error | undefined {
  try {
    transaction.rollBack();
    return undefined;
  } catch (cause) {
    return new Error('the transaction cannot be rolled back', { cause });
  }
}

/** BEGIN, COMMIT and ROLLBACK belong to no item: what else goes wrong there is the disk's. */
function groupFault(fault: unknown): GroupFault {
  const kind = faultKind(fault);
  return kind === 'item' ? 'disk' : kind;
}
