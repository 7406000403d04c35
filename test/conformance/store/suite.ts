import type { OpenStore } from '../../support/store.js';
import { childTokenSuite } from './child-token-suite.js';
import { cutSuite } from './cut-suite.js';
import { delegateBoundsSuite } from './delegate-bounds-suite.js';
import { delegateSuite } from './delegate-suite.js';
import { evidenceCutSuite } from './evidence-cut-suite.js';
import { evidenceSuite } from './evidence-suite.js';
import { groupSuite } from './group-suite.js';
import { handleCutSuite } from './handle-cut-suite.js';
import { holdIdleSuite } from './hold-idle-suite.js';
import { logSuite } from './log-suite.js';
import { openSuite } from './open-suite.js';
import { refusalSuite } from './refusal-suite.js';
import { registrySuite } from './registry-suite.js';
import { rekeySuite } from './rekey-suite.js';
import { restartSuite } from './restart-suite.js';
import { sessionSuite } from './session-suite.js';
import { suspendSuite } from './suspend-suite.js';
import { theftSuite } from './theft-suite.js';
import { treeSuite } from './tree-suite.js';

/** The contract of broker/src/store/store.ts, sentence by sentence, for any store. */
export function storeSuite(name: string, open: OpenStore): void {
  groupSuite(name, open);
  evidenceSuite(name, open);
  openSuite(name, open);
  refusalSuite(name, open);
  sessionSuite(name, open);
  cutSuite(name, open);
  logSuite(name, open);
  restartSuite(name, open);
  treeSuite(name, open);
  delegateSuite(name, open);
  delegateBoundsSuite(name, open);
  childTokenSuite(name, open);
  suspendSuite(name, open);
  holdIdleSuite(name, open);
  handleCutSuite(name, open);
  evidenceCutSuite(name, open);
  rekeySuite(name, open);
  theftSuite(name, open);
  registrySuite(name, open);
}
