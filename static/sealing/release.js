// Releasing one's shares after the close: for every accepted seal, or for none.

import { Fault, Mismatch } from "./faults.js";
import { canonicalBytes, digestOf, microsecondsOf, readCanonical, toB64u, utf8 } from "./canonical.js";
import { checkOwnPlace } from "./ceremony.js";
import { envelopeContext, openWrap } from "./dealing.js";
import { verifyProof } from "./log.js";
import { signDocument } from "./notes.js";
import {
  isFullForm,
  readCeremony,
  readClose,
  readSeal,
  requireFields,
  requireSame,
  requireThat,
  stagesOf,
} from "./schemas.js";

const ENTRY_LIMIT = 65_535; // bytes
const SMALLEST_QUORUM = 2; // where the ceremony says nothing

// O = deadline + grace + key_window, in microseconds since 1970.
export function openingTime(ceremony, close) {
  const seconds = (ceremony.grace ?? 0) + (ceremony.key_window ?? 0);
  return microsecondsOf(close.deadline) + BigInt(seconds) * 1_000_000n;
}

// `now`: milliseconds of the holder's own clock. `seals`: bytes of every accepted seal, in any order.
// Returns {close, seals: [{digest, seal}] in the order of `accepted`}.
export async function checkClose({ ceremony, ceremonyDigest, closeBytes, seals, now }) {
  const close = readClose(closeBytes);
  requireSame(close.tender, ceremony.tender, "tender");
  const opens = openingTime(ceremony, close);
  if (BigInt(Math.floor(now)) * 1000n < opens) {
    throw new Fault("too_early", { opens: new Date(Number(opens / 1000n)).toISOString() });
  }
  const found = new Map();
  for (const bytes of seals) {
    found.set(await digestOf(bytes), readSeal(bytes, { ceremony, digest: ceremonyDigest }));
  }
  const accepted = close.accepted.map((digest) => {
    if (!found.has(digest)) throw new Fault("seal_missing", { digest });
    return { digest, seal: found.get(digest) };
  });
  if (found.size !== accepted.length) throw new Mismatch("a seal that was not accepted");
  return { close, seals: accepted };
}

// The log holds the entry of this close, under a checkpoint that enough witnesses signed: nobody can still change
// which bids count. `logged`: {entry, proof} as texts; `log` and `witnesses` are vkeys.
export async function checkLogged({ ceremony, closeBytes, logged, log, witnesses }) {
  const bytes = utf8(logged.entry);
  const entry = readCanonical(bytes, { limit: ENTRY_LIMIT });
  requireFields(entry, ["v", "type", "t", "tender", "at", "salt", "data"], "entry");
  requireThat(entry.v === "tsb/1" && entry.type === "entry" && entry.t === "tender.closed", "not a tender.closed entry");
  requireFields(entry.data, ["close"], "entry data");
  requireSame(entry.tender, ceremony.tender, "entry tender");
  requireSame(entry.data.close, await digestOf(closeBytes), "entry close");
  const { index, checkpoint } = await verifyProof(logged.proof, { entry: bytes, log, witnesses });
  const { log_size: size } = readClose(closeBytes);
  if (size !== undefined && BigInt(size) > index) throw new Mismatch("log_size");
  const [found, wanted] = [checkpoint.cosignatures.length, ceremony.quorum ?? SMALLEST_QUORUM];
  if (found < wanted) throw new Fault("close_not_witnessed", { found, wanted });
}

async function releaseItem(envelope, { digest, seal, kid, box }) {
  const { bidder, ceremony, cid, tender } = seal;
  const ctx = await envelopeContext({ bidder, ceremony, cid, envelope: envelope.name, lot: envelope.lot, tender });
  const entry = envelope.deal.find((wrapped) => wrapped.kid === kid);
  const share = await openWrap(entry, { ...box, label: "hold", ctx, kid });
  return { seal: digest, envelope: envelope.name, lot: envelope.lot, share: share === null ? null : toB64u(share) };
}

// {release: bytes, note}. A share is null only where the wrap does not open. `stage` counts from 1.
export async function makeRelease({ ceremonyBytes, closeBytes, seals, kid, keys, now, stage = 1, onItem = () => {} }) {
  const ceremony = readCeremony(ceremonyBytes);
  checkOwnPlace(ceremony, { kid, ...keys });
  const ceremonyDigest = await digestOf(ceremonyBytes);
  const { seals: accepted } = await checkClose({ ceremony, ceremonyDigest, closeBytes, seals, now });
  const names = stagesOf(ceremony)[stage - 1];
  if (names === undefined) throw new Mismatch("stage");
  const shares = [];
  for (const [index, { digest, seal }] of accepted.entries()) {
    for (const envelope of seal.envelopes.filter(({ name }) => names.includes(name))) {
      shares.push(await releaseItem(envelope, { digest, seal, kid, box: keys.box }));
    }
    onItem(index + 1, accepted.length);
  }
  const release = canonicalBytes({
    v: "tsb/1",
    type: "release",
    tender: ceremony.tender,
    kid,
    close: await digestOf(closeBytes),
    ...(isFullForm(ceremony) ? { stage, deal: "hold" } : {}),
    shares,
  });
  return { release, note: await signDocument("release", release, keys.signer) };
}
