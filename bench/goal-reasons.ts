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
  G9: 'The goal was set for transport and profile alone. A report is also proved by a key, and its actions are joined with what others saw, put in order and weighed, and what is learned of a session is kept once a second.',
  G10: 'A session is held as an object with its ids and its key as text, and in several indexes. Nothing was packed.',
  G12: 'A broker reads and checks its manifest, store, log and keys before it answers, and loads the libraries for that; the hello server loads one library and holds nothing.',
  G5: 'A token that was seen before is not checked again, but each request brings a fresh proof, and its signature is. The goal was written for tokens without proofs, which the broker does not issue.',
};

/** Goals of which nothing was built, and why: they have no figure. */
export const notBuilt: Readonly<Partial<Record<RowName, string>>> = {
  G15: 'One process owns the store and puts the log in order, so that there is nothing that a second process could share. Nothing is built and nothing is measured.',
};
