// age v1 files: to one X25519 recipient (payloads) or under a passphrase (keys, bid secrets).
// Exactly one stanza is written, as the strict profile wants; readers check the profile themselves.

import { Decrypter, Encrypter, bech32 } from "../vendor/age-encryption.js";
import { Fault, Malformed } from "./faults.js";
import { holderKeyFrom } from "./dealing.js";

const HEADER = /^age-encryption\.org\/v1\n-> X25519 [A-Za-z0-9+/]{43}\n[A-Za-z0-9+/]{43}\n--- [A-Za-z0-9+/]{43}\n$/;
const HEADER_LENGTH = 22 + 54 + 44 + 48; // bytes of those four lines
const CHUNK = 65_536;
const SCRYPT_WORK = 18; // 2^18 · 1 KiB = 256 MiB of memory and a second or two to try one passphrase

export function identityFrom(secret) {
  return bech32.encodeFromBytes("age-secret-key-", secret).toUpperCase();
}

export async function recipientFrom(secret) {
  return bech32.encodeFromBytes("age", (await holderKeyFrom(secret)).pk);
}

// Stream in, stream out, nothing kept: 64 KiB chunks are encrypted as they come.
export async function encryptTo(recipient, plaintext) {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter.encrypt(plaintext);
}

// The size of the age file of a plaintext, known before the first byte is encrypted.
export function encryptedSize(plainSize) {
  return HEADER_LENGTH + 16 + plainSize + 16 * Math.max(1, Math.ceil(plainSize / CHUNK));
}

// The plaintext of an age file (a Blob), as a stream. Other or more stanzas are refused before any key is used.
export async function decryptWith(identity, blob) {
  const head = new Uint8Array(await blob.slice(0, HEADER_LENGTH).arrayBuffer());
  if (!HEADER.test(String.fromCharCode(...head))) throw new Malformed("not an age file of the strict profile");
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter.decrypt(blob.stream());
}

export async function lock(bytes, passphrase, { work = SCRYPT_WORK } = {}) {
  const encrypter = new Encrypter();
  encrypter.setScryptWorkFactor(work);
  encrypter.setPassphrase(passphrase.normalize("NFC"));
  return encrypter.encrypt(bytes);
}

export async function unlock(bytes, passphrase) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase.normalize("NFC"));
  try {
    return await decrypter.decrypt(bytes);
  } catch (error) {
    throw new Fault("passphrase_wrong", {}, error.message);
  }
}
