import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** A proto3 file, as far as the public services of the edge need one. */
export interface FileShape {
  readonly name: string;
  readonly package: string;
  readonly messages: readonly MessageShape[];
  readonly service: { readonly name: string; readonly methods: readonly MethodShape[] };
}

/** A message with its fields, one oneof at most and one enum at most. */
export interface MessageShape {
  readonly name: string;
  readonly fields: readonly FieldShape[];
  readonly oneof?: string;
  readonly enum?: { readonly name: string; readonly values: readonly string[] };
}

/** A field; a type that is no scalar is a full name with its leading dot. */
export interface FieldShape {
  readonly name: string;
  readonly number: number;
  readonly type: 'string' | 'bytes' | 'int32' | `.${string}`;
  readonly isEnum?: true;
  readonly repeated?: true;
  readonly inOneof?: true;
}

/** A method; types are full names with their leading dot. */
export interface MethodShape {
  readonly name: string;
  readonly request: `.${string}`;
  readonly response: `.${string}`;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
}

/** `FieldDescriptorProto.Type` by its public numbers. */
const scalarTypes = { string: 9, bytes: 12, int32: 5 } as const;
const messageType = 11;
const enumType = 14;

/** Encodes a google.protobuf.FileDescriptorProto, by the public numbers of its fields. */
export function writeFile({
  name,
  package: packageName,
  messages,
  service,
}: FileShape): Uint8Array {
  const writer = text(text(new BinaryWriter(), 1, name), 2, packageName);
  for (const message of messages) nested(writer, 4, (inner) => writeMessage(inner, message));
  nested(writer, 6, (inner) => {
    text(inner, 1, service.name);
    for (const method of service.methods) nested(inner, 2, (each) => writeMethod(each, method));
  });
  return text(writer, 12, 'proto3').finish();
}

function writeMessage(writer: BinaryWriter, shape: MessageShape): void {
  text(writer, 1, shape.name);
  for (const field of shape.fields) nested(writer, 2, (inner) => writeField(inner, field));
  const { enum: values, oneof } = shape;
  if (values !== undefined) {
    nested(writer, 4, (inner) => {
      text(inner, 1, values.name);
      values.values.forEach((value, at) => {
        nested(inner, 2, (each) => number(text(each, 1, value), 2, at));
      });
    });
  }
  if (oneof !== undefined) nested(writer, 8, (inner) => text(inner, 1, oneof));
}

function writeField(writer: BinaryWriter, field: FieldShape): void {
  const { type } = field;
  text(writer, 1, field.name);
  number(writer, 3, field.number);
  number(writer, 4, field.repeated ? 3 : 1);
  if (isScalar(type)) number(writer, 5, scalarTypes[type]);
  else text(number(writer, 5, field.isEnum ? enumType : messageType), 6, type);
  if (field.inOneof) number(writer, 9, 0);
}

function isScalar(type: FieldShape['type']): type is keyof typeof scalarTypes {
  return Object.hasOwn(scalarTypes, type);
}

function writeMethod(writer: BinaryWriter, method: MethodShape): void {
  text(text(text(writer, 1, method.name), 2, method.request), 3, method.response);
  if (method.requestStream) number(writer, 5, 1);
  if (method.responseStream) number(writer, 6, 1);
}

function text(writer: BinaryWriter, field: number, value: string): BinaryWriter {
  return writer.tag(field, WireType.LengthDelimited).string(value);
}

function number(writer: BinaryWriter, field: number, value: number): BinaryWriter {
  return writer.tag(field, WireType.Varint).int32(value);
}

function nested(writer: BinaryWriter, field: number, write: (inner: BinaryWriter) => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write(writer);
  writer.join();
}
