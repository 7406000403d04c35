import type { RowName } from './goals.js';

/** Why a row misses its target, in words by people: the page shows them where a target is not met. */
export const goalReasons: Readonly<Partial<Record<RowName, string>>> = {
  G1: 'Each unary call carries a proof of its own, which is checked, and one client in Node leaves the broker idle half of the time, so that almost every call has a commit of its own. Decision 0003. The session stream is the cheap way.',
  G2: 'The signature, reading the minted token again (law 5), the durable record and the transport come to more than one echo by themselves. Decision 0003.',
  'G2.connections':
    'As G2: the signature, reading the minted token again and the durable record are what an echo does not do.',
  G3: 'oidc-provider compares a secret, signs, and keeps nothing; the broker checks a signature, signs, reads what it signed and makes a record durable. The goal was set on an older Node, on which oidc-provider took about twice the CPU.',
  'G3.stream':
    'As G3: the stream saves the proof and the call, and the durable record and reading the own token stay.',
  'G4.bare':
    'Two signatures are not all: the key of a proof comes within the proof and is imported from there, and both are parsed strictly.',
  'G6.growth':
    'Both are one durable row. What differs by the size of the tree is counting whom it reached, for the reply and the audit; the best rounds are alike.',
  G7: 'A bare subscriber counts bytes. A verifier checks the signature of the frame, ends the call, refuses the next request by checking token and proof, and acknowledges by a call that it signs and the broker checks: a thousand of each, on the two cores that the broker has too.',
  'G7.p50': 'As G7: a thousand verifiers on the two cores of the broker.',
  'G7.p99': 'As G7: a thousand verifiers on the two cores of the broker.',
  'G7.hundred': 'As G7, with a hundred.',
  G9: 'The goal was set for transport and profile alone. A report is also proved by a key, and its actions are joined with what others saw, put in order and weighed, and what is learned of a session is kept once a second.',
  G10: 'A session is held as an object with its ids and its key as text, and in several indexes. Nothing was packed.',
  G12: 'A broker reads and checks its manifest, store, log and keys before it answers, and loads the libraries for that; the hello server loads one library and holds nothing.',
  G5: 'A token that was seen before is not checked again, but each request brings a fresh proof, and its signature is. The goal was written for tokens without proofs, which the broker does not issue.',
  'G14.millis':
    'Every token waits for a durable record, and the commit runs on the thread that answers: a slow sync of the disk delays all that wait behind it. A thread of its own for the store is the remedy, and is not built.',
};

/** Goals of which nothing was built, and why: they have no figure. */
export const notBuilt: Readonly<Partial<Record<RowName, string>>> = {
  G15: 'One process owns the store and puts the log in order, so that there is nothing that a second process could share. Nothing is built and nothing is measured.',
};
