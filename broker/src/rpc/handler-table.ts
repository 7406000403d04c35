import type { UntypedHandleCall } from '@grpc/grpc-js';
import type { ServiceName, services } from './access.js';

/** A handler for each method of each service: a missing one does not compile. */
export type Handlers = {
  readonly [Name in ServiceName]: {
    readonly [Method in keyof (typeof services)[Name]]: UntypedHandleCall;
  };
};
