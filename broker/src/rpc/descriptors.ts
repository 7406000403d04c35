import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A file of the schema as reflection serves it. */
export interface DescribedFile {
  readonly name: string;
  /** An encoded google.protobuf.FileDescriptorProto. */
  readonly bytes: Uint8Array;
  readonly dependencies: readonly string[];
  /** Full names of what it declares: messages, enums, services and methods. */
  readonly symbols: readonly string[];
}

/** Numbers of the fields of google/protobuf/descriptor.proto that are read here. */
const fileFields = { name: 1, package: 2, dependency: 3, message: 4, enum: 5, service: 6 };
const messageFields = { name: 1, nested: 3, enum: 4 };
const serviceFields = { name: 1, method: 2 };

/** Reads the files of an encoded google.protobuf.FileDescriptorSet: our own, so it is well-formed. */
export function describedFiles(descriptorSet: Uint8Array): readonly DescribedFile[] {
  return partsOf(descriptorSet)
    .filter(({ field }) => field === 1)
    .map(({ bytes }) => describedFile(bytes));
}

/** Reads one encoded google.protobuf.FileDescriptorProto. */
export function describedFile(bytes: Uint8Array): DescribedFile {
  const parts = partsOf(bytes);
  const textsOf = (field: number) =>
    parts.filter((part) => part.field === field).map((part) => textOf(part.bytes));
  const [packageName = ''] = textsOf(fileFields.package);
  return {
    name: textsOf(fileFields.name)[0] ?? '',
    bytes,
    dependencies: textsOf(fileFields.dependency),
    symbols: parts.flatMap(({ field, bytes: inner }) => {
      if (field === fileFields.message) return messageSymbols(packageName, inner);
      if (field === fileFields.enum) return [`${packageName}.${nameOf(inner)}`];
      return field === fileFields.service ? serviceSymbols(packageName, inner) : [];
    }),
  };
}

function messageSymbols(scope: string, bytes: Uint8Array): string[] {
  const own = `${scope}.${nameOf(bytes)}`;
  const inner = partsOf(bytes).flatMap((part) => {
    if (part.field === messageFields.nested) return messageSymbols(own, part.bytes);
    return part.field === messageFields.enum ? [`${own}.${nameOf(part.bytes)}`] : [];
  });
  return [own, ...inner];
}

function serviceSymbols(scope: string, bytes: Uint8Array): string[] {
  const own = `${scope}.${nameOf(bytes)}`;
  const methods = partsOf(bytes).filter(({ field }) => field === serviceFields.method);
  return [own, ...methods.map((method) => `${own}.${nameOf(method.bytes)}`)];
}

/** Every kind of declaration has its name in field 1. */
function nameOf(bytes: Uint8Array): string {
  const name = partsOf(bytes).find(({ field }) => field === messageFields.name);
  return name === undefined ? '' : textOf(name.bytes);
}

interface Part {
  readonly field: number;
  readonly bytes: Uint8Array;
}

/** The length-delimited fields of a message, in order. */
function partsOf(bytes: Uint8Array): readonly Part[] {
  const reader = new BinaryReader(bytes);
  const parts: Part[] = [];
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (wire === WireType.LengthDelimited) parts.push({ field, bytes: reader.bytes() });
    else reader.skip(wire, field);
  }
  return parts;
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}
