import { parseAssertion, parseProof, parseToken } from '@creance/proto';
import { Frame, FrameKind, Settings } from '@creance/proto/wire';
import { failures, readFrame } from '@creance/verifier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz, mutatedText, type Next } from '../support/fuzz.js';
import { longMillis } from '../support/long.js';
import { Mint } from '../support/mint.js';
import { cutTarget, signedUnder } from '../support/mint-feed.js';
import { base64url, freshHandle, type MintKey, sha256 } from '../support/mint-key.js';
import { mutated } from '../support/mutations.js';

const jwsFaults = ['too_large', 'malformed', 'not_canonical', 'header_not_allowed'];
const formFaults = [...jwsFaults, 'wrong_algorithm', 'wrong_type'];
const verdicts = ['ok', ...Object.keys(failures)];
const lettersOfHeader = /^[\x21-\x2b\x2d-\x7e]*$/;

let mint: Mint;
beforeAll(async () => {
  mint = await Mint.open();
});

afterAll(() => {
  expect(({} as Record<string, unknown>)['a']).toBeUndefined();
});

/** A JWS whose text, header or payload is bad; the last two are signed as if they were good. */
function badJws(key: MintKey, header: object, claims: object, next: Next): string {
  const [head, payload] = [JSON.stringify(header), JSON.stringify(claims)];
  const ways = [
    () => mutatedText(key.jws(head, payload), next),
    () => key.jws(mutatedText(head, next), payload),
    () => key.jws(head, mutatedText(payload, next)),
    () => `${base64url(mutatedText(head, next))}.${base64url(payload)}.${'A'.repeat(86)}`,
  ];
  return (ways[next(ways.length)] as () => string)();
}

const tokenHeader = () => ({ alg: 'ES256', typ: 'at+jwt', kid: mint.tokenKey.thumbprint });
const proofHeader = () => ({ alg: 'ES256', typ: 'dpop+jwt', jwk: mint.holder.jwk });
const verdictOf = (parsed: { ok: true } | { ok: false; error: string }): string =>
  parsed.ok ? 'ok' : parsed.error;

describe('what is signed', { timeout: longMillis }, () => {
  // breaks when: the verifier decides by a claim before it has looked at its form
  it('a token, through the whole verifier', async () => {
    const met = await fuzz({
      seed: 11,
      quick: 3_000,
      make: (next) => badJws(mint.tokenKey, tokenHeader(), mint.claims(), next),
      read: async (text) => {
        const parsed = verdictOf(parseToken(text));
        // What no header can carry no header brings.
        if (!lettersOfHeader.test(text)) return parsed === 'ok' ? 'letters' : 'token_malformed';
        const verdict = await mint.send({ authorization: `DPoP ${text}`, dpop: mint.proof(text) });
        // The whole is never laxer than its parser.
        if (parsed !== 'ok') expect(verdict).not.toBe('ok');
        return verdict;
      },
      verdicts,
      mustMeet: ['ok', 'token_claims_malformed', 'token_malformed', 'token_signature_invalid'],
    });
    expect(met.size).toBeGreaterThan(8);
  });

  it('a proof, through the whole verifier', async () => {
    const token = mint.token();
    const met = await fuzz({
      seed: 12,
      quick: 3_000,
      make: (next) => badJws(mint.holder, proofHeader(), mint.proofClaims(token), next),
      read: async (text) => {
        const parsed = verdictOf(parseProof(text));
        if (!lettersOfHeader.test(text)) return parsed === 'ok' ? 'letters' : 'proof_malformed';
        const verdict = await mint.send({ authorization: `DPoP ${token}`, dpop: text });
        if (parsed !== 'ok') expect(verdict).not.toBe('ok');
        return verdict;
      },
      verdicts,
      mustMeet: ['ok', 'proof_malformed', 'proof_wrong_type', 'proof_signature_invalid'],
    });
    expect(met.size).toBeGreaterThan(8);
  });

  it('an evidence assertion, by its parser', async () => {
    const { holder, issuer, nowSeconds } = mint;
    const header = { alg: 'ES256', typ: 'creance-evidence+jwt', jwk: holder.jwk };
    const times = { iat: nowSeconds, exp: nowSeconds + 60 };
    const named = { aud: issuer, jti: 'one', nonce: 'n', cnf: { jkt: holder.thumbprint } };
    await fuzz({
      seed: 13,
      quick: 5_000,
      make: (next) => badJws(holder, header, { ...times, ...named, jth: sha256('t') }, next),
      read: (text) => verdictOf(parseAssertion(text)),
      verdicts: ['ok', ...formFaults],
      mustMeet: ['ok', ...jwsFaults.slice(1)],
    });
  });
});

const settingsOf = (nonce: Uint8Array) => mint.opening(nonce).settings;

describe('the feed', { timeout: longMillis }, () => {
  // breaks when: readFrame takes an entry that it does not know, or Feed.receive decodes outside its try
  it('a signed frame is applied whole, or refused by name and the view stays as it was', async () => {
    // Another one after each refusal, since a broken link stays broken.
    let line = await Mint.open();
    const met = await fuzz({
      seed: 14,
      quick: 1_000,
      make: (next) => {
        const targets = Array.from({ length: next(5) }, () => cutTarget(freshHandle()));
        const good = next(4) === 0 ? line.heartbeat() : line.delta(targets);
        const frame = next(8) === 0 ? Buffer.from(good.frame) : mutated(good.frame, next);
        return { ...good, frame, signature: signedUnder('creance-feed-v1\0', frame, line.feedKey) };
      },
      read: async (signed) => {
        const { view } = line.feed;
        const before = view.revision;
        const applied = await line.feed.receive(signed);
        if (applied.ok) {
          expect(view.revision).toBeGreaterThanOrEqual(before);
          return 'ok';
        }
        expect(view.revision).toBe(before);
        line = await Mint.open();
        return applied.error;
      },
      verdicts: [
        ...[
          'ok',
          'frame_malformed',
          'frame_other_issuer',
          'frame_replayed',
          'broken_link',
          'rolled_back',
        ],
      ],
      mustMeet: ['ok', 'frame_malformed', 'frame_other_issuer', 'broken_link'],
    });
    expect(met.size).toBeGreaterThanOrEqual(4);
  });

  it('the bytes of a frame are read, or are none', async () => {
    const kind = FrameKind.FRAME_KIND_SNAPSHOT;
    const entries = mint.log([cutTarget(freshHandle()), cutTarget(freshHandle(), false)]);
    const good = mint.frame({ kind, previousRevision: 0n, entries, snapshotLast: true }).frame;
    await fuzz({
      seed: 15,
      quick: 20_000,
      make: (next) => mutated(good, next),
      read: (bytes) => {
        const frame = decoded(() => Frame.decode(bytes));
        if (frame === undefined) return 'no message';
        const read = readFrame(frame);
        if (read === undefined) return 'no frame';
        let last: number = read.previous;
        for (const { revision } of read.entries) {
          expect(revision).toBeGreaterThan(last);
          last = revision;
        }
        expect(last).toBeLessThanOrEqual(read.revision);
        return 'frame';
      },
      verdicts: ['no message', 'no frame', 'frame'],
      mustMeet: ['no message', 'no frame', 'frame'],
    });
  });

  it('an opening is believed whole, or refused by name', async () => {
    const other = await Mint.open();
    const { anchor, feedKey } = other;
    const nonce = new Uint8Array(16).fill(7);
    const settings = settingsOf(nonce);
    expect(Settings.decode(settings).resource).toBe('crm');
    await fuzz({
      seed: 16,
      quick: 1_000,
      make: (next) => {
        const good = other.opening(nonce);
        const header = { alg: 'ES256', typ: 'creance-feed-key+jwt', jwk: anchor.jwk };
        const claims = { iss: other.issuer, iat: other.nowSeconds, exp: other.nowSeconds + 9 };
        const feedKeyStatement =
          next(2) === 0
            ? good.feedKeyStatement
            : badJws(anchor, header, { ...claims, cnf: { jwk: feedKey.jwk } }, next);
        const bytes = next(2) === 0 ? good.settings : mutated(good.settings, next);
        const settingsSignature = signedUnder('creance-settings-v1\0', bytes, feedKey);
        return { feedKeyStatement, settings: bytes, settingsSignature };
      },
      read: async (opening) => {
        const opened = await other.feed.open(opening, nonce);
        if (!opened.ok) return opened.error;
        expect(opened.value.maxStaleSeconds).toBeGreaterThanOrEqual(1);
        expect(opened.value.audience).not.toBe('');
        return 'ok';
      },
      verdicts: [
        ...['ok', 'anchor_mismatch', 'feed_key_invalid', 'feed_key_other_issuer'],
        ...['feed_key_expired', 'dev_mismatch', 'settings_malformed', 'settings_other_issuer'],
        ...['settings_replayed', 'settings_other_resource'],
      ],
      mustMeet: ['ok', 'feed_key_invalid', 'settings_malformed'],
    });
  });
});

function decoded<Value>(decode: () => Value): Value | undefined {
  try {
    return decode();
  } catch {
    return undefined;
  }
}
