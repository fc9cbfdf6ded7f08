// `bid-secret.age`: the envelope secrets of one's own bid under a passphrase. It serves the check of one's own
// bid and, should holders fail, its rescue. Nobody needs it for the opening.

import { Malformed } from "./faults.js";
import { canonicalBytes, fromB64u, readCanonical } from "./canonical.js";
import { lock, unlock } from "./age.js";

const FIELDS = "bidder,ceremony,cid,envelopes,tender,type,v";
const HERE = { lock, unlock };

// `envelopes`: [{name, lot, s}], keyed by (name, lot).
export function bidSecret({ tender, ceremony, bidder, cid, envelopes }) {
  return { v: "tsb/1", type: "bid-secret", tender, ceremony, bidder, cid, envelopes };
}

export function lockBidSecret(secret, passphrase, { locks = HERE } = {}) {
  return locks.lock(canonicalBytes(secret), passphrase);
}

export async function unlockBidSecret(bytes, passphrase, { locks = HERE } = {}) {
  const secret = readCanonical(await locks.unlock(bytes, passphrase));
  const known = secret?.v === "tsb/1" && secret.type === "bid-secret" && Object.keys(secret).join() === FIELDS;
  if (!known || !Array.isArray(secret.envelopes)) throw new Malformed("not a bid secret");
  for (const { s } of secret.envelopes) fromB64u(s, 32);
  return secret;
}
