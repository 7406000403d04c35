import type { RowName } from './goals.js';

/** Why a row misses its target, in words by people: the page shows them where a target is not met. */
export const goalReasons: Readonly<Partial<Record<RowName, string>>> = {
  G1: 'Each unary call carries a proof of its own, which is checked, and one client in Node leaves the broker idle half of the time, so that almost every call has a commit of its own. Decision 0003. The session stream is the cheap way.',
  G2: 'The signature, reading the minted token again (law 5), the durable record and the transport come to more than one echo by themselves. Decision 0003.',
  'G2.connections':
    'As G2: the signature, reading the minted token again and the durable record are what an echo does not do.',
  G5: 'A token that was seen before is not checked again, but each request brings a fresh proof, and its signature is. The goal was written for tokens without proofs, which the broker does not issue.',
};

/** Goals of which nothing was built, and why: they have no figure. */
export const notBuilt: Readonly<Partial<Record<RowName, string>>> = {
  G15: 'One process owns the store and puts the log in order, so that there is nothing that a second process could share. Nothing is built and nothing is measured.',
};
