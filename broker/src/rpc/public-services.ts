interface RawMethod {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** grpc.health.v1.Health, by its public names. */
export const HealthService: { readonly check: RawMethod; readonly watch: RawMethod } = {
  check: { path: '/grpc.health.v1.Health/Check', requestStream: false, responseStream: false },
  watch: { path: '/grpc.health.v1.Health/Watch', requestStream: false, responseStream: true },
};

/** grpc.reflection.v1.ServerReflection, by its public names. */
export const ReflectionService: { readonly serverReflectionInfo: RawMethod } = {
  serverReflectionInfo: reflectionMethod('v1'),
};

/** The same service by the name that older tools ask for. */
export const ReflectionAlphaService: { readonly serverReflectionInfo: RawMethod } = {
  serverReflectionInfo: reflectionMethod('v1alpha'),
};

function reflectionMethod(version: string): RawMethod {
  return {
    path: `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    requestStream: true,
    responseStream: true,
  };
}
