import { page, table } from './page.mjs';

/** google.rpc.Code by its number, as far as refusals use it. */
const grpcNames = {
  3: 'INVALID_ARGUMENT',
  4: 'DEADLINE_EXCEEDED',
  5: 'NOT_FOUND',
  6: 'ALREADY_EXISTS',
  7: 'PERMISSION_DENIED',
  8: 'RESOURCE_EXHAUSTED',
  9: 'FAILED_PRECONDITION',
  10: 'ABORTED',
  11: 'OUT_OF_RANGE',
  12: 'UNIMPLEMENTED',
  13: 'INTERNAL',
  14: 'UNAVAILABLE',
  16: 'UNAUTHENTICATED',
};

const yes = (flag) => (flag ? 'yes' : '');

function brokerRows(reasons) {
  return Object.entries(reasons).map(([reason, row]) => {
    const name = grpcNames[row.grpc];
    if (name === undefined) throw new Error(`no name for gRPC status ${row.grpc} of ${reason}`);
    const { oauth, retryable, message, fix } = row;
    return [`\`${reason}\``, `${row.grpc} ${name}`, `\`${oauth}\``, yes(retryable), message, fix];
  });
}

function verifierRows(failures) {
  return Object.entries(failures).map(([reason, row]) => {
    const { status, error, retryAfterSeconds, message, fix } = row;
    const after = retryAfterSeconds === undefined ? '' : `${retryAfterSeconds} s`;
    return [
      `\`${reason}\``,
      status,
      error === undefined ? '' : `\`${error}\``,
      after,
      message,
      fix,
    ];
  });
}

/** The page of all refusals, of the broker and of the verifier. */
export function reasonsPage({ reasons, errorDomain, failures }) {
  return page(
    'proto/src/reasons and sdk/verifier/src/failures.ts',
    'Reasons: every refusal',
    `A refusal has one stable reason, spelled three ways: \`scope_not_granted\` in logs, metrics and the audit,
\`SCOPE_NOT_GRANTED\` in the ErrorInfo of a gRPC status (domain \`${errorDomain}\`), \`CREANCE_SCOPE_NOT_GRANTED\` as the
\`code\` of an error of the SDK. Decide by the reason, never by the words.`,
    '## Of the broker',
    `*Again* says whether the same call may succeed later without anybody changing anything. *OAuth* is the code that the
same refusal has where OAuth is spoken (RFC 6749 §5.2, RFC 9449 §5).`,
    table(['reason', 'gRPC', 'OAuth', 'again', 'message', 'fix'], brokerRows(reasons)),
    '## Of the verifier',
    `In the body of a refused request as \`reason\`, with \`error\` and \`request_id\`; over gRPC in the ErrorInfo. *Again after*
is \`Retry-After\`.`,
    table(['reason', 'HTTP', 'error', 'again after', 'message', 'fix'], verifierRows(failures)),
  );
}
