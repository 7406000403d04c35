import { type FieldShape, type FileShape, writeFile } from './descriptor-writer.js';

/** Encoded descriptors of the public services, so that reflection can describe all that it lists. */
export function publicDescriptors(): readonly Uint8Array[] {
  return [healthFile, reflectionFile('v1'), reflectionFile('v1alpha')].map(writeFile);
}

const healthFile: FileShape = {
  name: 'grpc/health/v1/health.proto',
  package: 'grpc.health.v1',
  messages: [
    { name: 'HealthCheckRequest', fields: [{ name: 'service', number: 1, type: 'string' }] },
    {
      name: 'HealthCheckResponse',
      fields: [
        {
          name: 'status',
          number: 1,
          type: '.grpc.health.v1.HealthCheckResponse.ServingStatus',
          isEnum: true,
        },
      ],
      enum: {
        name: 'ServingStatus',
        values: ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'],
      },
    },
  ],
  service: {
    name: 'Health',
    methods: [false, true].map((responseStream) => ({
      name: responseStream ? 'Watch' : 'Check',
      request: '.grpc.health.v1.HealthCheckRequest',
      response: '.grpc.health.v1.HealthCheckResponse',
      requestStream: false,
      responseStream,
    })),
  },
};

function reflectionFile(version: 'v1' | 'v1alpha'): FileShape {
  const scope = `.grpc.reflection.${version}` as const;
  const one = (name: string, number: number, type: FieldShape['type']): FieldShape => ({
    name,
    number,
    type,
    inOneof: true,
  });
  return {
    name: `grpc/reflection/${version}/reflection.proto`,
    package: `grpc.reflection.${version}`,
    messages: [
      {
        name: 'ServerReflectionRequest',
        fields: [
          { name: 'host', number: 1, type: 'string' },
          one('file_by_filename', 3, 'string'),
          one('file_containing_symbol', 4, 'string'),
          one('file_containing_extension', 5, `${scope}.ExtensionRequest`),
          one('all_extension_numbers_of_type', 6, 'string'),
          one('list_services', 7, 'string'),
        ],
        oneof: 'message_request',
      },
      {
        name: 'ExtensionRequest',
        fields: [
          { name: 'containing_type', number: 1, type: 'string' },
          { name: 'extension_number', number: 2, type: 'int32' },
        ],
      },
      {
        name: 'ServerReflectionResponse',
        fields: [
          { name: 'valid_host', number: 1, type: 'string' },
          { name: 'original_request', number: 2, type: `${scope}.ServerReflectionRequest` },
          one('file_descriptor_response', 4, `${scope}.FileDescriptorResponse`),
          one('all_extension_numbers_response', 5, `${scope}.ExtensionNumberResponse`),
          one('list_services_response', 6, `${scope}.ListServiceResponse`),
          one('error_response', 7, `${scope}.ErrorResponse`),
        ],
        oneof: 'message_response',
      },
      {
        name: 'FileDescriptorResponse',
        fields: [{ name: 'file_descriptor_proto', number: 1, type: 'bytes', repeated: true }],
      },
      {
        name: 'ExtensionNumberResponse',
        fields: [
          { name: 'base_type_name', number: 1, type: 'string' },
          { name: 'extension_number', number: 2, type: 'int32', repeated: true },
        ],
      },
      {
        name: 'ListServiceResponse',
        fields: [{ name: 'service', number: 1, type: `${scope}.ServiceResponse`, repeated: true }],
      },
      { name: 'ServiceResponse', fields: [{ name: 'name', number: 1, type: 'string' }] },
      {
        name: 'ErrorResponse',
        fields: [
          { name: 'error_code', number: 1, type: 'int32' },
          { name: 'error_message', number: 2, type: 'string' },
        ],
      },
    ],
    service: {
      name: 'ServerReflection',
      methods: [
        {
          name: 'ServerReflectionInfo',
          request: `${scope}.ServerReflectionRequest`,
          response: `${scope}.ServerReflectionResponse`,
          requestStream: true,
          responseStream: true,
        },
      ],
    },
  };
}
