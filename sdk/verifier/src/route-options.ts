import type { Destination } from './destinations.js';

/** What a route says of its action, for reports. */
export interface RouteOptions<Request> {
  /** Name of the action, instead of the route's template: never an argument. */
  readonly action?: string | undefined;
  /**
   * What the request is aimed at. Called for every request, also for those that are refused: it must not
   * act. Only hashes leave the process. What it throws fails the request: an action whose destination
   * cannot be told is not let through.
   */
  readonly destinations?: ((request: Request) => readonly Destination[] | undefined) | undefined;
}

/** Scopes one by one, or as a list with what else is to be said. */
export type RequireArguments<Request> =
  | string[]
  | [scopes: readonly string[], options?: RouteOptions<Request>];

/** Reads either form of the arguments. The scopes are frozen, so that they are checked once. */
export function readRequire<Request>(args: RequireArguments<Request>): {
  readonly scopes: readonly string[];
  readonly route: RouteOptions<Request>;
} {
  const [first, second] = args;
  if (!Array.isArray(first)) return { scopes: Object.freeze([...(args as string[])]), route: {} };
  return { scopes: Object.freeze([...first]), route: (second as RouteOptions<Request>) ?? {} };
}
