// Signed notes (c2sp.org/signed-note) with Ed25519, and the two-line statements that stand in them.

import { Fault, Malformed, Mismatch } from "./faults.js";
import { concat, digestOf, fromB64, fromB64u, sha256, toB64, toHex, utf8 } from "./canonical.js";

export const NOTE_LIMIT = 8192; // bytes of a note over a document
const LONGEST_NOTE = 100_000; // characters of any note
const ED25519 = 0x01;
const COSIGNATURE = 0x04;
const NAME = /^[\x21-\x2a\x2c-\x7e]+$/;
const SIGNATURE_LINE = /^\u2014 ([\x21-\x2a\x2c-\x7e]+) ([A-Za-z0-9+/]+={0,2})$/;
const PKCS8_ED25519 = Uint8Array.of(0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20);

// y-coordinates (little-endian, hexadecimal) of the eight points of small order: a key there verifies anything.
const SMALL_ORDER = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]);

async function keyIdOf(name, key) {
  return (await sha256(concat(utf8(name), Uint8Array.of(0x0a), key))).subarray(0, 4);
}

// A verification key as one line: name + key id + base64(type ‖ public key).
export async function formatVkey(name, publicKey) {
  if (!NAME.test(name)) throw new Malformed("a key name has a character that is not allowed");
  const key = concat(Uint8Array.of(ED25519), publicKey);
  return `${name}+${toHex(await keyIdOf(name, key))}+${toB64(key)}`;
}

export async function readVkey(text, { kind = ED25519 } = {}) {
  const found = typeof text === "string" ? /^([^+]*)\+([^+]*)\+(.*)$/s.exec(text) : null;
  if (found === null || !NAME.test(found[1])) throw new Malformed("not a verification key");
  const [, name, keyId, encoded] = found;
  const key = fromB64(encoded);
  if (key.length !== 33 || key[0] !== kind) throw new Malformed("not an Ed25519 verification key of this type");
  if (toHex(await keyIdOf(name, key)) !== keyId) throw new Malformed("the key id is not the key's");
  const publicKey = key.slice(1);
  refuseWeakPoint(publicKey);
  return { name, keyId, publicKey, vkey: text };
}

function refuseWeakPoint(publicKey) {
  const y = publicKey.slice();
  y[31] &= 0x7f;
  if (SMALL_ORDER.has(toHex(y))) throw new Malformed("a public key of small order");
  const aboveField = y[31] === 0x7f && y.subarray(1, 31).every((byte) => byte === 0xff) && y[0] >= 0xed;
  if (aboveField) throw new Malformed("a public key that is not canonical");
}

// From a 32-byte seed: what signs, and the line that verifies.
export async function signerFrom(name, seed) {
  const key = await crypto.subtle.importKey("pkcs8", concat(PKCS8_ED25519, seed), "Ed25519", true, ["sign"]);
  const { x } = await crypto.subtle.exportKey("jwk", key);
  const publicKey = fromB64u(x, 32);
  return { name, key, publicKey, vkey: await formatVkey(name, publicKey) };
}

export async function signNote(text, signer) {
  if (!text.endsWith("\n")) throw new Malformed("the text of a note ends with a newline");
  const signature = new Uint8Array(await crypto.subtle.sign("Ed25519", signer.key, utf8(text)));
  const keyId = await keyIdOf(signer.name, concat(Uint8Array.of(ED25519), signer.publicKey));
  return `${text}\n\u2014 ${signer.name} ${toB64(concat(keyId, signature))}\n`;
}

export function readNote(note) {
  if (note.length > LONGEST_NOTE) throw new Malformed("a note is too long");
  if (!note.isWellFormed() || /[\x00-\x09\x0b-\x1f]/.test(note)) throw new Malformed("a note has a character that is not allowed");
  if (!note.endsWith("\n")) throw new Malformed("a note ends with a newline");
  const blank = note.lastIndexOf("\n\n");
  if (blank < 1) throw new Malformed("a note without a blank line");
  const lines = note.slice(blank + 2, -1).split("\n");
  return { text: note.slice(0, blank + 1), signatures: lines.map(readSignatureLine) };
}

function readSignatureLine(line) {
  const found = SIGNATURE_LINE.exec(line);
  if (found === null) throw new Malformed("not a signature line");
  const bytes = fromB64(found[2]);
  if (bytes.length < 5) throw new Malformed("a signature line is too short");
  return { name: found[1], keyId: toHex(bytes.subarray(0, 4)), signature: bytes.subarray(4) };
}

// Lines of other keys are ignored; a line of this key that fails rejects the whole note; this key must have signed.
export async function verifyNote(note, vkey) {
  const { text, signatures } = readNote(note);
  const known = await readVkey(vkey);
  const mine = signatures.filter(({ name, keyId }) => name === known.name && keyId === known.keyId);
  if (mine.length === 0) throw new Fault("signature_missing", { name: known.name });
  const key = await crypto.subtle.importKey("raw", known.publicKey, "Ed25519", false, ["verify"]);
  for (const { signature } of mine) {
    const good = await crypto.subtle.verify("Ed25519", key, signature, utf8(text));
    if (!good) throw new Fault("signature_wrong", { name: known.name });
  }
  return text;
}

// Which of the witnesses' keys (type 0x04) cosigned a note, each once, and when (seconds since 1970); a line of a known
// key that fails rejects the whole note.
export async function cosignaturesOf(note, vkeys) {
  const { text, signatures } = readNote(note);
  const found = new Map();
  for (const vkey of vkeys) {
    const known = await readVkey(vkey, { kind: COSIGNATURE });
    for (const { signature } of signatures.filter(({ name, keyId }) => name === known.name && keyId === known.keyId)) {
      if (signature.length !== 72) throw new Fault("signature_wrong", { name: known.name });
      const at = new DataView(signature.buffer, signature.byteOffset).getBigUint64(0);
      const key = await crypto.subtle.importKey("raw", known.publicKey, "Ed25519", false, ["verify"]);
      const signed = utf8(`cosignature/v1\ntime ${at}\n${text}`);
      if (!(await crypto.subtle.verify("Ed25519", key, signature.subarray(8), signed))) {
        throw new Fault("signature_wrong", { name: known.name });
      }
      found.set(vkey, { vkey, name: known.name, at });
    }
  }
  return [...found.values()];
}

export async function statementOf(type, bytes) {
  return `tsb/1 ${type}\n${await digestOf(bytes)}\n`;
}

export async function signDocument(type, bytes, signer) {
  return signNote(await statementOf(type, bytes), signer);
}

export async function verifyDocument(type, bytes, note, vkey) {
  if (utf8(note).length > NOTE_LIMIT) throw new Malformed("a note over a document is too long");
  if (readNote(note).text !== (await statementOf(type, bytes))) throw new Mismatch(`${type} statement`);
  await verifyNote(note, vkey);
}
