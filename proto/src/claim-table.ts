import { assertionCharsMax, assertionLifetimeSecondsMax, assertionType } from './assertion.js';
import {
  alg,
  type ClaimKind,
  type ClaimTable,
  needed,
  optional,
  publicKey,
  type Said,
  thumbprint,
  typ,
  unixSeconds,
  uri,
} from './claim-row.js';
import { joinStringCharsMax, joinStringPrefix } from './join-string.js';
import { proofCharsMax, proofFutureSeconds, proofPastSeconds } from './proof.js';
import { tokenCharsParsedMax, tokenLifetimeSecondsMax, tokenLifetimeSecondsMin } from './token.js';

/** Members of an access token: RFC 9068 with our handles. */
const token: ClaimTable = {
  words:
    'Issued by the broker for one resource, bound to the key of its session. Read by the verifier of that resource, and by the broker when a leaked one is handed in.',
  charsMax: tokenCharsParsedMax,
  rows: [
    ...[
      alg,
      typ('`at+jwt`; `application/at+jwt` is read too'),
      ['kid', thumbprint, 'thumbprint of the token key; one key has one algorithm', 'RFC 7638'],
    ].map((said) => needed('header')(said as Said)),
    ...(
      [
        ['iss', uri, 'the issuer that the verifier has joined', 'RFC 7519 §4.1.1'],
        [
          'sub',
          uri,
          'whom it is for: the workload at the root of the session’s tree',
          'RFC 9068 §2.2',
        ],
        ['aud', uri, 'audience of the one resource that it is for', 'RFC 9068 §2.2, RFC 8707'],
        ['client_id', 'name, 1 to 64', 'the workload that acts', 'RFC 8693 §4.3'],
        ['iat', unixSeconds, 'when it was minted', 'RFC 7519 §4.1.6'],
        [
          'exp',
          unixSeconds,
          `${tokenLifetimeSecondsMin} to ${tokenLifetimeSecondsMax} s after iat, and never beyond the end of any session of the path`,
          'RFC 7519 §4.1.4',
        ],
        ['jti', 'text, 1 to 64', 'stands for it in the audit', 'RFC 7519 §4.1.7'],
        [
          'scope',
          'scopes in order, without duplicates, parted by spaces',
          'all that it lets do',
          'RFC 6749 §3.3',
        ],
        ['sid', 'handle, 22', 'the session; the last one of the lineage', 'OpenID Connect'],
        [
          'lineage',
          'base64url, packed handles',
          'everything whose cut ends it: sessions from the root on, upstreams, principals, workloads, owners, evidence',
          'ours',
        ],
        ['rev', 'whole number, revision', 'head of the revocation log at the mint', 'ours'],
        ['txn', 'text, 1 to 64', 'the same through a whole tree', 'RFC 8417 §2.2'],
        [
          'cnf',
          `\`jkt\` alone: ${thumbprint}`,
          'thumbprint of the key whose proof must come along',
          'RFC 9449 §6.1',
        ],
      ] as const
    ).map(needed('payload')),
    optional(['nbf', unixSeconds, 'counts for nothing before; we set none', 'RFC 7519 §4.1.5']),
    optional([
      'act',
      'object with `sub` and at most one `act`, 8 deep',
      'who acts now outside, who let him inside; of delegated sessions',
      'RFC 8693 §4.1',
    ]),
  ],
};

/** Members of a proof. */
const proof: ClaimTable = {
  words:
    'Made by the holder of a session key for one request to a resource, or one call to the broker.',
  charsMax: proofCharsMax,
  rows: [
    ...[
      alg,
      typ('`dpop+jwt`'),
      ['jwk', publicKey, 'the key that it is signed by', 'RFC 9449 §4.2'],
    ].map((said) => needed('header')(said as Said)),
    ...(
      [
        ['jti', 'text, 1 to 128', 'remembered for the window: once only', 'RFC 9449 §4.2'],
        ['htm', 'text, 1 to 16', 'method of the request; `POST` for gRPC', 'RFC 9449 §4.2'],
        [
          'htu',
          'text, 1 to 2048',
          'URL without query and fragment; of gRPC the public origin and the method’s path',
          'RFC 9449 §4.2',
        ],
        [
          'iat',
          unixSeconds,
          `less than ${proofPastSeconds} s old, at most ${proofFutureSeconds} s ahead`,
          'RFC 9449 §4.3',
        ],
      ] as const
    ).map(needed('payload')),
    ...(
      [
        ['nbf', unixSeconds, 'counts for nothing before; the SDK sets none', 'RFC 7519 §4.1.5'],
        ['exp', unixSeconds, 'counts for nothing from then on; the same', 'RFC 7519 §4.1.4'],
        ['ath', 'text, 1 to 64', 'SHA-256 of the token that comes along', 'RFC 9449 §4.2'],
        ['nonce', 'text, 1 to 128', 'as the server has given it, where it asks', 'RFC 9449 §8, §9'],
        ['ctr', 'whole number from 1', 'counter of the session key; shows a copied key', 'ours'],
        [
          'content_digest',
          'text, 1 to 128: `sha-256=:…:`',
          'of the request’s bytes, where the call names a key or ends something',
          'RFC 9530 §2',
        ],
      ] as const
    ).map(optional),
  ],
};

/** Members of an evidence assertion. */
const assertion: ClaimTable = {
  words:
    'Signed by an evidence key, or by the key that a join token is redeemed with: this session key may open a session. Read by the broker.',
  charsMax: assertionCharsMax,
  rows: [
    ...[
      alg,
      typ(`\`${assertionType}\``),
      ['jwk', publicKey, 'the evidence key', 'RFC 7515 §4.1.3'],
    ].map((said) => needed('header')(said as Said)),
    ...(
      [
        ['aud', uri, 'issuer of the broker, and nothing else', 'RFC 7519 §4.1.3'],
        ['iat', unixSeconds, 'when it was made', 'RFC 7519 §4.1.6'],
        [
          'exp',
          unixSeconds,
          `at most ${assertionLifetimeSecondsMax} s after iat`,
          'RFC 7519 §4.1.4',
        ],
        ['jti', 'text, 1 to 128', 'once only', 'RFC 7519 §4.1.7'],
        ['nonce', 'text, 1 to 128', 'of this broker process', 'RFC 9449 §8'],
        ['cnf', `\`jkt\`: ${thumbprint}`, 'the session key that it vouches for', 'RFC 7800 §3.1'],
      ] as const
    ).map(needed('payload')),
    optional(['nbf', unixSeconds, 'counts for nothing before', 'RFC 7519 §4.1.5']),
    optional(['jth', 'base64url, 43', 'SHA-256 of the join token that comes along', 'ours']),
  ],
};

/** Members of a statement about a feed key. */
const feedKey: ClaimTable = {
  words:
    'Signed by the anchor key, which members have pinned: this key signs the feed. Read by verifiers.',
  charsMax: 2_048,
  rows: [
    ...[
      alg,
      typ('`creance-feed-key+jwt`'),
      ['jwk', publicKey, 'the anchor key; its thumbprint is pinned', 'RFC 7515 §4.1.3'],
    ].map((said) => needed('header')(said as Said)),
    ...(
      [
        ['iss', uri, 'the issuer that the verifier has joined', 'RFC 7519 §4.1.1'],
        ['iat', unixSeconds, 'at most 5 s ahead', 'RFC 7519 §4.1.6'],
        [
          'exp',
          unixSeconds,
          'from then on the key’s signatures count for nothing',
          'RFC 7519 §4.1.4',
        ],
        ['cnf', `\`jwk\`: ${publicKey}`, 'the feed key', 'RFC 7800 §3.2'],
      ] as const
    ).map(needed('payload')),
    optional([
      'dev',
      'true or false',
      'of a development broker; must fit the form of the issuer',
      'ours',
    ]),
  ],
};

/** Members of a join string. */
const joinString: ClaimTable = {
  words: `\`${joinStringPrefix}\` and base64url of a JSON object. Not signed: it goes from hand to hand, once, and is bearer material.`,
  charsMax: joinStringCharsMax,
  rows: (
    [
      ['iss', uri, 'issuer of the broker', 'ours'],
      ['addr', uri, 'public origin of the broker', 'ours'],
      ['anchor', thumbprint, 'thumbprint of the anchor key', 'RFC 7638'],
      ['token', 'base64url, 22 to 64', 'the join token', 'ours'],
    ] as const
  ).map(needed('payload')),
};

/** Every kind. The reference page is made from it, and tests hold it against the parsers. */
export const claimTables: Readonly<Record<ClaimKind, ClaimTable>> = {
  token,
  proof,
  assertion,
  'feed key statement': feedKey,
  'join string': joinString,
};
