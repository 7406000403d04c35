import { serveEcho, tokenReplyBytes } from './echo.js';

// The baseline: a raw grpc-js unary echo with the sizes of IssueToken, no checks, no store.
serveEcho('/bench.Echo/Echo', tokenReplyBytes);
