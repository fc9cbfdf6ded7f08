// What a bidder checks before it believes "accepted", and how it checks its own sealed bid afterwards.

import { Fault, Mismatch } from "./faults.js";
import { digestOf, fromB64u, isDigest, readCanonical, readTime, toB64u, utf8 } from "./canonical.js";
import { decryptWith, identityFrom } from "./age.js";
import { readArchive } from "./archive_reader.js";
import { ageSecret, commitment, deal, envelopeContext } from "./dealing.js";
import { verifyProof } from "./log.js";
import { verifyDocument } from "./notes.js";
import { readDocument, readSeal, requireFields, requireSame, requireThat } from "./schemas.js";

const RECEIPT_LIMIT = 131_072;
const ENTRY_LIMIT = 65_535;

// The receipt is the platform's signature over the log entry of one's seal, with the proof that the log holds it.
// `expected`: {tender, bidder, seal: digest, platform and log: vkeys, witnesses: vkeys, deadline}, and for a seal
// `replaces`, for a withdrawal `doc`. Returns {entry, index, size, cosignatures}.
export async function checkReceipt({ receiptBytes, note, expected }) {
  await verifyDocument("receipt", receiptBytes, note, expected.platform);
  const shape = { type: "receipt", fields: ["tender", "seal", "entry", "proof"], limit: RECEIPT_LIMIT };
  const receipt = readDocument(receiptBytes, shape);
  requireSame(receipt.tender, expected.tender, "receipt tender");
  requireSame(receipt.seal, expected.seal, "receipt seal");
  const bytes = utf8(receipt.entry);
  const entry = checkEntry(bytes, expected);
  const { log, witnesses = [] } = expected;
  const { index, checkpoint } = await verifyProof(receipt.proof, { entry: bytes, log, witnesses });
  return { entry, index, size: checkpoint.size, cosignatures: checkpoint.cosignatures };
}

const SEALED = { event: "bid.sealed", fields: ["seal", "bidder", "replaces"] };
const WITHDRAWN = { event: "bid.withdrawn", fields: ["seal", "bidder", "doc"] };

function checkEntry(bytes, expected) {
  const entry = readCanonical(bytes, { limit: ENTRY_LIMIT });
  const { event, fields } = Object.hasOwn(expected, "doc") ? WITHDRAWN : SEALED;
  requireFields(entry, ["v", "type", "t", "tender", "at", "salt", "data"], "entry");
  requireThat(entry.v === "tsb/1" && entry.type === "entry" && entry.t === event, `not a ${event} entry`);
  requireFields(entry.data, fields, "entry data");
  fromB64u(entry.salt, 16);
  requireSame(entry.tender, expected.tender, "entry tender");
  for (const field of fields) requireSame(entry.data[field], expected[field], `entry ${field}`);
  requireThat(isDigest(entry.data.seal), "entry seal");
  if (readTime(entry.at) >= readTime(expected.deadline)) throw new Fault("acknowledged_late", { at: entry.at });
  return entry;
}

// Re-derives the whole dealing of one envelope from its secret; throws where the seal says something else.
export async function checkDealing(envelope, { seal, ceremony, s }) {
  const { bidder, ceremony: digest, cid, tender } = seal;
  const place = { bidder, ceremony: digest, cid, envelope: envelope.name, lot: envelope.lot, tender };
  const ctx = await envelopeContext(place);
  if (toB64u(await commitment(s, ctx)) !== envelope.commit) throw new Mismatch("commitment");
  const again = await deal(s, { label: "hold", ctx, k: ceremony.k, holders: ceremony.holders });
  for (const [index, { kid, enc, ct }] of again.entries()) {
    const found = envelope.deal[index];
    if (found.enc !== enc || found.ct !== ct) throw new Mismatch(`wrap for ${kid}`);
  }
  return ctx;
}

// Opens one envelope of one's own bid: {index, files}. `payload` is the age file as a Blob.
export async function openOwnEnvelope({ sealBytes, ceremony, ceremonyDigest, envelope, s, payload }) {
  const seal = readSeal(sealBytes, { ceremony, digest: ceremonyDigest });
  const sealed = seal.envelopes.find(({ name, lot }) => name === envelope.name && lot === envelope.lot);
  if (sealed === undefined) throw new Mismatch("envelope");
  const ctx = await checkDealing(sealed, { seal, ceremony, s });
  const bytes = new Uint8Array(await payload.arrayBuffer());
  requireSame(bytes.length, sealed.size, "payload size");
  requireSame(await digestOf(bytes), sealed.sha256, "payload digest");
  const plaintext = await decryptWith(identityFrom(await ageSecret(s, ctx)), payload);
  const plain = new Uint8Array(await new Response(plaintext).arrayBuffer());
  return readArchive(plain, { tender: seal.tender, envelope: sealed.name, lot: sealed.lot, cid: seal.cid });
}
