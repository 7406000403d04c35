import { describe, it } from 'vitest';
import { searchTrees } from '../support/tree-search.js';

describe('any history of opens, delegations, renewals, rekeys, cuts, holds, thefts, policies, restarts and clocks', () => {
  it(
    'keeps the laws at broker and verifier, over the first half of 10000 trees',
    {
      timeout: 900_000,
    },
    () => searchTrees(0),
  );
});
