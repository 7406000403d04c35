/** One request that plays a trick with its body, its type or its framing, as bytes. */
export type Trick = readonly [name: string, bytes: string];

const get = (path: string, head: readonly string[] = [], body = '') =>
  [`GET ${path} HTTP/1.1`, 'host: x', 'connection: close', ...head, '', body].join('\r\n');
const post = (head: readonly string[], body = '') =>
  ['POST /healthz HTTP/1.1', 'host: x', ...head, '', body].join('\r\n');

const json = '{"__proto__":{"polluted":1}}';
const typed = (type: string): Trick => [
  `a body of type ${type.slice(0, 40)}`,
  post([`content-type: ${type}`, `content-length: ${json.length}`], json),
];
const chunked = (coding: string): Trick => [
  `a body in ${JSON.stringify(coding)}`,
  post([`transfer-encoding: ${coding}`], '1\r\nx\r\n0\r\n\r\n'),
];
const smuggled = 'GET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n';

/** Content types, framings and methods by which bodies have come past checks elsewhere. */
export const bodyTricks: readonly Trick[] = [
  ...[
    'application/json',
    'application/json\t; charset=utf-8',
    'application/json;charset=utf-7',
    ' application/json',
    'APPLICATION/JSON',
    'text/plain',
    'text/plain; application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/grpc',
    'application/json, text/html',
    '\u00a0application/json',
    '',
    'x'.repeat(500),
  ].map(typed),
  ...[
    'chunked',
    'Chunked',
    ' chunked',
    'chunked, identity',
    'identity, chunked',
    'gzip, chunked',
    'xchunked',
    '\tchunked',
  ].map(chunked),
  [
    'a length and chunks',
    post(['content-length: 4', 'transfer-encoding: chunked'], `0\r\n\r\n${smuggled}`),
  ],
  [
    'chunks and a length',
    post(['transfer-encoding: chunked', 'content-length: 4'], `0\r\n\r\n${smuggled}`),
  ],
  ['two lengths that differ', post(['content-length: 0', 'content-length: 37'], smuggled)],
  ['two lengths in one', post(['content-length: 0, 37'], smuggled)],
  ['a length with a sign', post(['content-length: +5'], 'hello')],
  ['a negative length', post(['content-length: -5'], 'hello')],
  ['a length in hexadecimal', post(['content-length: 0x5'], 'hello')],
  ['a length without end', post([`content-length: ${'9'.repeat(40)}`], 'hello')],
  ['a length that is said to be none', post(['content-length: 00', 'content-length: 5'], 'hello')],
  [
    'a chunk that is larger than any',
    post(['transfer-encoding: chunked'], 'FFFFFFFFFFFFFFFF\r\nx'),
  ],
  [
    'a chunk with an extension without end',
    post(['transfer-encoding: chunked'], `1;${'x'.repeat(20_000)}\r\nx\r\n0\r\n\r\n`),
  ],
  [
    'trailers',
    post(['transfer-encoding: chunked', 'trailer: x'], '0\r\ncontent-length: 5\r\n\r\n'),
  ],
  ['GET with a length', get('/healthz', ['content-length: 5'], 'hello')],
  ['GET with chunks', get('/healthz', ['transfer-encoding: chunked'], '1\r\nx\r\n0\r\n\r\n')],
  [
    'a method that is said in a header',
    post(['x-http-method-override: GET', 'content-length: 5'], 'hello'),
  ],
  ['a header folded over two lines', get('/healthz', ['content-length:', ' 5'], 'hello')],
  ['a space before the colon', get('/healthz', ['content-length : 5'], 'hello')],
  ['a NUL in a header', get('/healthz', ['x: a\u0000b'])],
  ['a bare line feed', 'POST /healthz HTTP/1.1\nhost: x\ncontent-length: 5\n\nhello'],
  ['a request to continue', post(['expect: 100-continue', 'content-length: 5'], 'hello')],
  [
    'an upgrade',
    get(
      '/healthz',
      ['upgrade: h2c', 'http2-settings: AAMAAABkAAQAAP__', 'content-length: 5'],
      'hello',
    ),
  ],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['CONNECT', 'CONNECT 169.254.169.254:80 HTTP/1.1\r\nhost: x\r\n\r\n'],
  [
    'a whole address',
    'POST http://169.254.169.254/latest HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello',
  ],
];
