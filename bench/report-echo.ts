import { serveEcho } from './echo.js';

// The baseline of reports: takes the bytes and looks at none of them. A bench that fails leaves nothing running.
process.once('disconnect', () => process.exit());
serveEcho('/bench.Echo/Report', 2, { 'grpc.enable_channelz': 0 });
