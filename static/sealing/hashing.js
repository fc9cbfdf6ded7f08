// SHA-256 of streams: WebCrypto only digests what is whole in memory.

import { createSHA256 } from "../vendor/hash-wasm.js";
import { Fault } from "./faults.js";

export async function startSha256() {
  let hasher;
  try {
    hasher = await createSHA256();
  } catch (error) {
    throw new Fault("browser_too_old", {}, `SHA-256 does not start: ${error.message}`);
  }
  return {
    update: (bytes) => hasher.update(bytes),
    hex: () => hasher.digest("hex"),
  };
}

// The digest of a File or Blob, read once in pieces; `onBytes` hears how many were read each time.
export async function digestOfBlob(blob, { onBytes = () => {}, signal } = {}) {
  const hasher = await startSha256();
  for await (const piece of piecesOf(blob, { signal })) {
    hasher.update(piece);
    onBytes(piece.length);
  }
  return hasher.hex();
}

const PIECE = 1024 * 1024; // bytes; large enough to be fast, small enough that nothing piles up

export async function* piecesOf(blob, { signal } = {}) {
  for (let at = 0; at < blob.size; at += PIECE) {
    signal?.throwIfAborted();
    const part = blob.slice(at, Math.min(at + PIECE, blob.size));
    try {
      yield new Uint8Array(await part.arrayBuffer());
    } catch {
      throw new Fault("file_unreadable", { name: blob.name ?? "" });
    }
  }
}
