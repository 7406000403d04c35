import { measureCut } from './cut.js';
import { measureIssue } from './issue.js';
import { measureTokenSize } from './token-size.js';
import { measureVerify } from './verify.js';

const quick = process.argv.includes('--quick');
measureTokenSize();
await measureIssue(quick);
await measureCut(quick ? 3 : 10);
await measureVerify(quick);
