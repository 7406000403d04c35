import type { OpenStore } from '../../support/store.js';
import { cutSuite } from './cut-suite.js';
import { evidenceSuite } from './evidence-suite.js';
import { groupSuite } from './group-suite.js';
import { logSuite } from './log-suite.js';
import { openSuite } from './open-suite.js';
import { refusalSuite } from './refusal-suite.js';
import { restartSuite } from './restart-suite.js';
import { sessionSuite } from './session-suite.js';

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
}
