import {
  create,
  createFileRegistry,
  type DescField,
  type DescMessage,
  type DescMethod,
  fromBinary,
  ScalarType,
  toBinary,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { descriptorSetBase64 } from '@creance/proto/wire';

/** A number below a bound, the same for the same seed. */
export type Next = (below: number) => number;

/** Texts and bytes that mean something to the broker under attack, so that some messages reach deep. */
export interface Words {
  readonly texts: readonly string[];
  readonly bytes: readonly Uint8Array[];
}

const registry = createFileRegistry(
  fromBinary(FileDescriptorSetSchema, Buffer.from(descriptorSetBase64, 'base64')),
);
const own = [...registry].filter(({ typeName }) => typeName.startsWith('creance.v1.'));

/** Every message of creance.v1, as its own schema has it: a new one is here by itself. */
export const ownMessages: readonly DescMessage[] = own.filter((each) => each.kind === 'message');

/** Every method of creance.v1. */
export const ownMethods: readonly DescMethod[] = own
  .filter((each) => each.kind === 'service')
  .flatMap(({ methods }) => methods);

/** The path of a method. */
export const pathOf = ({ parent, name }: DescMethod): string => `/${parent.typeName}/${name}`;

const depthMax = 4;

/** A well-formed message of a type with any fields set, encoded. */
export function anyMessage(type: DescMessage, next: Next, words: Words): Buffer {
  const message = reflect(type, create(type));
  fill(message, next, words, 0);
  return Buffer.from(toBinary(type, message.message));
}

function fill(message: ReflectMessage, next: Next, words: Words, depth: number): void {
  for (const field of message.fields) {
    if (next(10) < 2 || (field.message !== undefined && depth >= depthMax)) continue;
    const value = () => (field.message === undefined ? scalar(field, next, words) : inner(field));
    const inner = ({ message: type }: DescField) => {
      const made = reflect(type as DescMessage, create(type as DescMessage));
      fill(made, next, words, depth + 1);
      return made;
    };
    if (field.fieldKind === 'list') {
      const list = message.get(field);
      for (let count = next(4); count > 0; count -= 1) list.add(value() as never);
    } else if (field.fieldKind === 'map') {
      message.get(field).set(pick(words.texts, next) as never, value() as never);
    } else message.set(field, value() as never);
  }
}

function scalar(field: DescField, next: Next, { texts, bytes }: Words): unknown {
  if (field.enum !== undefined) return next(4) === 0 ? next(200) : next(field.enum.values.length);
  switch (field.scalar) {
    case ScalarType.STRING:
      return pick(texts, next);
    case ScalarType.BYTES:
      return pick(bytes, next);
    case ScalarType.BOOL:
      return next(2) === 1;
    case ScalarType.DOUBLE:
    case ScalarType.FLOAT:
      return pick([0, 0.5, -1, 1e308, Number.NaN, Number.POSITIVE_INFINITY], next);
    case ScalarType.INT64:
    case ScalarType.SINT64:
    case ScalarType.SFIXED64:
      return pick(
        [0n, 1n, -1n, 1_764_000_000_000_000n, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n],
        next,
      );
    case ScalarType.UINT64:
    case ScalarType.FIXED64:
      return pick([0n, 1n, 1_764_000_000_000_000n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n], next);
    case ScalarType.UINT32:
    case ScalarType.FIXED32:
      return pick([0, 1, 60, 900, 65_536, 4_294_967_295], next);
    default:
      return pick([0, 1, 60, -1, 2_147_483_647, -2_147_483_648], next);
  }
}

function pick<Value>(from: readonly Value[], next: Next): Value {
  return from[next(from.length)] as Value;
}
