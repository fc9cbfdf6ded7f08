// Sealing a bid. Each envelope is one streaming pass: files → archive → age → SHA-256 and size → sink, and nothing
// is kept on the way. Before it, the files are read once for their digests, because index.json comes first.

import { Fault } from "./faults.js";
import { canonicalBytes, digestOf, toB64u } from "./canonical.js";
import { encryptTo, encryptedSize, recipientFrom } from "./age.js";
import { archiveLength, archivePieces, indexBytes, paddedLength } from "./archive.js";
import { bidSecret } from "./bid_secret.js";
import { ageSecret, commitment, deal, envelopeContext } from "./dealing.js";
import { digestOfBlob, startSha256 } from "./hashing.js";
import { readCeremony, readSeal } from "./schemas.js";

// Where the bytes of an age file go. `openSink(envelope)` returns {write(Uint8Array), finish({size, sha256})};
// both may be slow, the pass waits for them. This sink keeps the file as a Blob, which browsers may put on disk.
export function blobSink() {
  const parts = [];
  return {
    write: async (bytes) => {
      parts.push(new Blob([bytes]));
    },
    finish: async () => new Blob(parts),
  };
}

function freshSecret(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}

// files: [{name, title, media, blob}] → the same with size and sha256.
async function withDigests(files, { onBytes, signal }) {
  const described = [];
  for (const file of files) {
    const sha256 = await digestOfBlob(file.blob, { onBytes, signal });
    described.push({ ...file, size: file.blob.size, sha256 });
  }
  return described;
}

function streamOf(pieces) {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      cancel: () => pieces.return(),
    },
    { highWaterMark: 0 },
  );
}

async function* counted(pieces, onBytes) {
  for await (const piece of pieces) {
    onBytes(piece.length);
    yield piece;
  }
}

const GATHER = 1024 * 1024; // bytes handed to the sink at once: the cipher's 64 KiB chunks are too small for it

async function encryptInto(sink, { recipient, pieces }) {
  const hasher = await startSha256();
  const reader = (await encryptTo(recipient, streamOf(pieces))).getReader();
  let size = 0;
  let gathered = new Uint8Array(GATHER);
  let filled = 0;
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    size += chunk.value.length;
    hasher.update(chunk.value);
    for (let rest = chunk.value; rest.length > 0; ) {
      const fits = rest.subarray(0, GATHER - filled);
      gathered.set(fits, filled);
      filled += fits.length;
      rest = rest.subarray(fits.length);
      if (filled === GATHER) {
        await sink.write(gathered);
        gathered = new Uint8Array(GATHER);
        filled = 0;
      }
    }
  }
  if (filled > 0) await sink.write(gathered.subarray(0, filled));
  return { size, sha256: hasher.hex() };
}

async function sealEnvelope(envelope, { identity, ceremony, openSink, onBytes, signal }) {
  const { name, lot } = envelope;
  const { tender, cid } = identity;
  const s = freshSecret(32);
  const ctx = await envelopeContext({ ...identity, envelope: name, lot });
  const files = await withDigests(envelope.files, { onBytes, signal });
  const index = indexBytes({ tender, envelope: name, lot, cid, files });
  const plainSize = paddedLength(name, archiveLength([index.length, ...files.map(({ size }) => size)]));
  if (encryptedSize(plainSize) > ceremony.max_size) throw new Fault("bid_too_large", { most: ceremony.max_size });
  const sink = await openSink({ name, lot, size: encryptedSize(plainSize) });
  const pieces = counted(archivePieces({ envelope: name, index, files, signal }), onBytes);
  const recipient = await recipientFrom(await ageSecret(s, ctx));
  const { size, sha256 } = await encryptInto(sink, { recipient, pieces });
  const stored = await sink.finish({ size, sha256 });
  const dealing = await deal(s, { label: "hold", ctx, k: ceremony.k, holders: ceremony.holders });
  const sealed = { name, lot, fmt: "age/1", size, sha256, commit: toB64u(await commitment(s, ctx)), deal: dealing };
  return { sealed, secret: { name, lot, s: toB64u(s) }, stored };
}

function workOf(envelopes) {
  const bytes = envelopes.flatMap(({ files }) => files).reduce((total, { blob }) => total + blob.size, 0);
  return Math.max(1, 2 * bytes); // each file is read twice: for its digest, and to be encrypted
}

// envelopes: [{name, lot, files: [{name, title, media, blob}]}]; replaces: digest of the live seal, or null.
// Returns {seal: bytes, digest, secret (see bid_secret.js), stored: what each sink's finish returned}.
export async function sealBid({ ceremonyBytes, bidder, replaces, envelopes, openSink, onProgress = () => {}, signal }) {
  const ceremony = readCeremony(ceremonyBytes);
  const digest = await digestOf(ceremonyBytes);
  const cid = toB64u(freshSecret(16));
  const identity = { bidder, ceremony: digest, cid, tender: ceremony.tender };
  const all = workOf(envelopes);
  let done = 0;
  const onBytes = (count) => {
    done += count;
    onProgress(Math.min(done / all, 1));
  };
  const results = [];
  for (const envelope of envelopes) {
    results.push(await sealEnvelope(envelope, { identity, ceremony, openSink, onBytes, signal }));
  }
  const { suite, tender } = ceremony;
  const sealed = results.map((result) => result.sealed);
  const seal = canonicalBytes({ v: "tsb/1", type: "seal", suite, ...identity, tender, replaces, envelopes: sealed });
  readSeal(seal, { ceremony, digest }); // what is sent must pass the checks that it will meet
  const secret = bidSecret({ ...identity, envelopes: results.map((result) => result.secret) });
  return { seal, digest: await digestOf(seal), secret, stored: results.map((result) => result.stored) };
}
