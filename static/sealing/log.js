// The log as a reader sees it: leaves and proofs of its tree (RFC 6962, RFC 9162), checkpoints and cosignatures
// (c2sp.org/tlog-checkpoint, tlog-cosignature), proofs as text (c2sp.org/tlog-proof@v1). Returns what was verified.

import { Malformed, Mismatch } from "./faults.js";
import { concat, fromB64, sameBytes, sha256 } from "./canonical.js";
import { cosignaturesOf, readNote, readVkey, verifyNote } from "./notes.js";

const HASH = 32; // bytes
const HEADER = "c2sp.org/tlog-proof@v1";
const MOST_HASHES = 63; // a log does not grow beyond 2^63 entries
const DECIMAL = "0|[1-9][0-9]{0,18}";

export function leafHash(entry) {
  return sha256(concat(Uint8Array.of(0), entry));
}

function nodeHash(left, right) {
  return sha256(concat(Uint8Array.of(1), left, right));
}

// RFC 9162, 2.1.3.2. Sizes are BigInt: they may be larger than what a number holds exactly.
export async function verifyInclusion({ leaf, index, size, root, hashes }) {
  if (index < 0n || index >= size) throw new Mismatch("place in the log");
  let [place, last, found] = [index, size - 1n, leaf];
  for (const sibling of hashes) {
    if (last === 0n) throw new Mismatch("length of the proof");
    const isLeft = (place & 1n) === 1n || place === last;
    found = isLeft ? await nodeHash(sibling, found) : await nodeHash(found, sibling);
    while (isLeft && place !== 0n && (place & 1n) === 0n) [place, last] = [place >> 1n, last >> 1n];
    [place, last] = [place >> 1n, last >> 1n];
  }
  if (last !== 0n) throw new Mismatch("length of the proof");
  if (!sameBytes(found, root)) throw new Mismatch("root of the log");
}

function hashFrom(text) {
  const bytes = fromB64(text);
  if (bytes.length !== HASH) throw new Malformed("a hash has 32 bytes");
  return bytes;
}

// Exactly three lines: origin, size, root.
export function readCheckpointText(text) {
  const lines = text.split("\n");
  const isWhole = lines.length === 4 && lines[3] === "" && lines[0] !== "";
  if (!isWhole || !new RegExp(`^(${DECIMAL})$`).test(lines[1])) throw new Malformed("not a checkpoint");
  return { origin: lines[0], size: BigInt(lines[1]), root: hashFrom(lines[2]) };
}

// `log` is the vkey of the log, `witnesses` those that are known; each counts once. How many are enough is the
// caller's to say.
export async function verifyCheckpoint(note, { log, witnesses = [] }) {
  const text = await verifyNote(note, log);
  const checkpoint = readCheckpointText(text);
  if (checkpoint.origin !== (await readVkey(log)).name) throw new Mismatch("origin of the log");
  return { ...checkpoint, text, cosignatures: await cosignaturesOf(note, witnesses) };
}

export function readProof(text) {
  const blank = text.indexOf("\n\n");
  const [first, second, ...lines] = text.slice(0, Math.max(blank, 0)).split("\n");
  const index = new RegExp(`^index (${DECIMAL})$`).exec(second ?? "");
  if (blank < 0 || first !== HEADER || index === null || lines.length > MOST_HASHES) throw new Malformed("not a proof");
  return { index: BigInt(index[1]), hashes: lines.map(hashFrom), note: text.slice(blank + 2) };
}

// The entry whose bytes these are is in the log that `log` signed: {index, checkpoint}.
export async function verifyProof(text, { entry, log, witnesses = [] }) {
  const { index, hashes, note } = readProof(text);
  readNote(note);
  const checkpoint = await verifyCheckpoint(note, { log, witnesses });
  const { size, root } = checkpoint;
  await verifyInclusion({ leaf: await leafHash(entry), index, size, root, hashes });
  return { index, checkpoint };
}
