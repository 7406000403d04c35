import { closeTelemetry } from './telemetry.js';

/**
 * An actor is a process that does what it is told, one order after the other, and says what came of it.
 * It leaves when its parent lets go of it.
 */

/** What came of an order. */
export interface Act {
  /** In words. */
  readonly outcome: string;
  readonly millis: number;
  /** What else its parent must know. */
  readonly value?: unknown;
}

/** Does one order; gives the outcome in words, or with something else. */
export type DoOrder = (argument: unknown) => Promise<string | Omit<Act, 'millis'>>;

/** An order on its way. */
export interface Order {
  readonly id: number;
  readonly name: string;
  readonly argument?: unknown;
}

/** Takes orders from the parent process until it lets go; then `leave` has the last word. */
export function takeOrders(
  orders: Readonly<Record<string, DoOrder>>,
  leave: () => Promise<void> = async () => {},
): void {
  process.on('message', async ({ id, name, argument }: Order) => {
    const startedAt = performance.now();
    const done = await doOrder(orders[name], argument);
    process.send?.({ id, ...done, millis: performance.now() - startedAt });
  });
  process.once('disconnect', () => {
    void leave()
      .finally(closeTelemetry)
      .finally(() => process.exit(0));
  });
}

async function doOrder(
  order: DoOrder | undefined,
  argument: unknown,
): Promise<Omit<Act, 'millis'>> {
  if (order === undefined) return { outcome: 'no such order' };
  try {
    const done = await order(argument);
    return typeof done === 'string' ? { outcome: done } : done;
  } catch (error) {
    return { outcome: wordOf(error) };
  }
}

/** The code of a refusal, or the message of a fault. */
export function wordOf(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return typeof code === 'string' ? code : String(message);
}

/** An answer of a service in words: its body, or the reason for its refusal. */
export async function told(response: Response): Promise<string> {
  if (response.ok) return `${response.status} ${await response.text()}`;
  const { reason } = (await response.json()) as { reason?: string };
  return `${response.status} ${reason}`;
}
