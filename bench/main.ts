import { measureCut } from './cut.js';
import { measureIssue } from './issue.js';
import { measureStream } from './stream.js';
import { measureTokenSize } from './token-size.js';
import { measureTreeCut } from './tree-cut.js';
import { measureVerify } from './verify.js';
import { measureWatch } from './watch.js';

const quick = process.argv.includes('--quick');
measureTokenSize();
await measureIssue(quick);
await measureStream(quick);
await measureCut(quick ? 3 : 10);
await measureTreeCut(quick);
await measureVerify(quick);
await measureWatch(quick);
