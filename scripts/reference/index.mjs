import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { auditPage } from './audit-events.mjs';
import { claimsPage } from './claims.mjs';
import { cliPage } from './cli.mjs';
import { limitsPage } from './limits.mjs';
import { packageCodesSource } from './package-codes.mjs';
import { reasonsPage } from './reasons.mjs';

/** Pages of docs/reference, and what else is made from built code, by file. */
export async function referencePages(root) {
  const built = (path) => import(pathToFileURL(join(root, path)).href);
  const proto = await built('proto/dist/src/index.js');
  const { failures } = await built('sdk/verifier/dist/src/failures.js');
  const { auditTable } = await built('broker/dist/src/domain/audit-table.js');
  const { limits } = await built('broker/dist/src/domain/limits.js');
  const { beyond } = await built('broker/dist/src/domain/limit-words.js');
  const { program } = await built('broker/dist/src/cli/program.js');
  return {
    'broker/src/cli/gen/package-codes.ts': packageCodesSource({ root, failures }),
    'docs/reference/reasons.md': reasonsPage({ ...proto, failures }),
    'docs/reference/claims.md': claimsPage(proto),
    'docs/reference/audit-events.md': auditPage({ auditTable }),
    'docs/reference/cli.md': cliPage({ program }),
    'docs/reference/limits.md': limitsPage({ limits, beyond, root }),
  };
}
