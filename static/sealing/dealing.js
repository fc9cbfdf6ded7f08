// Deriving everything of an envelope from its secret: commitment, shares, wraps, payload identity.
// All randomness of the dealing comes from the secret itself, so that whoever recovers it re-derives every byte.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from "../vendor/hpke-core.js";
import { Malformed } from "./faults.js";
import { canonicalBytes, concat, fromB64u, sha256, toB64u, utf8 } from "./canonical.js";
import { shareAt } from "./shamir.js";

const SALT = new TextEncoder().encode("tsb/1");
const ZERO = Uint8Array.of(0);

function suite() {
  return new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });
}

// kdf(s, label, ctx) = HKDF-SHA256(salt "tsb/1", ikm s, info label ‖ 0x00 ‖ ctx, 32 bytes)
export async function kdf(secret, label, ctx) {
  const ikm = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits"]);
  const info = concat(utf8(label), ZERO, ctx);
  const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: SALT, info }, ikm, 256);
  return new Uint8Array(bits);
}

// Binds an envelope's secret to who bids where: a dealing copied under another name opens for nobody.
export function envelopeContext({ bidder, ceremony, cid, envelope, lot, tender }) {
  return sha256(concat(utf8("tsb/1 ctx\0"), canonicalBytes({ bidder, ceremony, cid, envelope, lot, tender })));
}

export function rehearsalContext({ ceremony, cid, tender }) {
  return sha256(concat(utf8("tsb/1 rehearsal\0"), canonicalBytes({ ceremony, cid, tender })));
}

export function commitment(secret, ctx) {
  return kdf(secret, "commit", ctx);
}

export function ageSecret(secret, ctx) {
  return kdf(secret, "age identity", ctx);
}

// The shares of all holders, in the order of the ceremony; holder i stands at x = its 1-based position.
export async function sharesOf(secret, { label, ctx, k, n }) {
  const coefficients = [secret];
  for (let j = 1; j < k; j += 1) coefficients.push(await kdf(secret, `shamir ${label} ${j}`, ctx));
  return Array.from({ length: n }, (_, index) => shareAt(coefficients, index + 1));
}

function shareInfo(label, ctx, kid) {
  return concat(utf8(`tsb/1 share\0${label}\0`), ctx, utf8(kid));
}

async function publicKeyOf(pk) {
  const raw = pk.buffer.slice(pk.byteOffset, pk.byteOffset + pk.byteLength);
  return suite().kem.deserializePublicKey(raw);
}

// One share for one holder: HPKE base mode whose ephemeral key is derived from the secret.
async function wrap(share, { pk, info, ekm }) {
  const recipientPublicKey = await publicKeyOf(pk);
  const sender = await suite().createSenderContext({ recipientPublicKey, info: info.buffer, ekm: ekm.buffer });
  const ct = await sender.seal(share.buffer);
  return { enc: toB64u(new Uint8Array(sender.enc)), ct: toB64u(new Uint8Array(ct)) };
}

// The dealing as it stands in a seal: [{kid, enc, ct}] in the order of the ceremony.
export async function deal(secret, { label, ctx, k, holders }) {
  const shares = await sharesOf(secret, { label, ctx, k, n: holders.length });
  return Promise.all(
    holders.map(async ({ kid, pk }, index) => {
      const ekm = await kdf(secret, `eph ${label} ${kid}`, ctx);
      const wrapped = await wrap(shares[index], { pk: fromB64u(pk, 32), info: shareInfo(label, ctx, kid), ekm });
      return { kid, ...wrapped };
    }),
  );
}

const PKCS8_X25519 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20);

// A holder's key pair from its 32 secret bytes; `pk` is the public key's bytes.
export async function holderKeyFrom(secret) {
  const algorithm = { name: "X25519" };
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8_X25519, secret), algorithm, true, ["deriveBits"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  return { key, pk: fromB64u(x, 32) };
}

// The share inside a wrap, or null if the wrap does not open with this holder's key.
export async function openWrap({ enc, ct }, { key, pk, label, ctx, kid }) {
  const [encapsulated, sealed] = [fromB64u(enc, 32), fromB64u(ct, 48)];
  try {
    const recipient = await suite().createRecipientContext({
      recipientKey: { privateKey: key, publicKey: await publicKeyOf(pk) },
      enc: encapsulated.buffer,
      info: shareInfo(label, ctx, kid).buffer,
    });
    const share = new Uint8Array(await recipient.open(sealed.buffer));
    return share.length === 32 ? share : null;
  } catch {
    return null; // garbage, a low-order point, a wrap for somebody else: all the same to the holder
  }
}

// Refuses what cannot be a holder's public key: not canonical, or a point whose shared secret is always zero.
export async function refuseWeakHolderKey(pk) {
  const aboveField = pk[31] > 0x7f || (pk[31] === 0x7f && pk.subarray(1, 31).every((b) => b === 0xff) && pk[0] >= 0xed);
  if (aboveField) throw new Malformed("a holder key that is not canonical");
  const { key } = await holderKeyFrom(new Uint8Array(32).fill(7));
  const peer = await crypto.subtle.importKey("raw", pk, { name: "X25519" }, false, []);
  let shared = new Uint8Array(32);
  try {
    shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "X25519", public: peer }, key, 256));
  } catch {
    // an implementation that checks throws here
  }
  if (shared.every((byte) => byte === 0)) throw new Malformed("a holder key of low order");
}
