// The plaintext of an envelope: one strict ustar archive, index.json first, padded with zero bytes.

import { Fault, Malformed } from "./faults.js";
import { INDEX_LIMIT, canonicalBytes, concat, utf8 } from "./canonical.js";
import { piecesOf, startSha256 } from "./hashing.js";

export const BLOCK = 512;
const MOST_MEMBERS = 1000; // index.json included
const LARGEST_MEMBER = 8 ** 11 - 1; // eleven octal digits
const MEMBER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,98}$/;

export function isMemberName(name) {
  return typeof name === "string" && MEMBER_NAME.test(name);
}

// The plain name of a file in the archive: its number and, where that is plain too, its extension. The human
// name stays in the index as `title`.
export function memberNameFor(number, title) {
  const extension = /\.([A-Za-z0-9_-]{1,10})$/.exec(title)?.[1].toLowerCase();
  const digits = String(number).padStart(3, "0");
  return extension === undefined ? digits : `${digits}.${extension}`;
}

function octal(value, digits) {
  return value.toString(8).padStart(digits, "0");
}

// mode 0644, uid, gid and mtime 0, no owner names, magic "ustar\0", version "00".
export function memberHeader(name, size) {
  if (!isMemberName(name)) throw new Malformed(`not a member name: ${name}`);
  if (!Number.isSafeInteger(size) || size < 0 || size > LARGEST_MEMBER) throw new Fault("file_too_large", { name });
  const header = new Uint8Array(BLOCK);
  header.set(utf8(name), 0);
  header.set(utf8(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0${octal(size, 11)}\0${octal(0, 11)}\0`), 100);
  header.set(utf8(" ".repeat(8)), 148); // the checksum counts its own field as spaces
  header.set(utf8("0"), 156);
  header.set(utf8("ustar\u000000"), 257);
  header.set(utf8(`${octal(0, 7)}\0${octal(0, 7)}\0`), 329); // device numbers, as common writers set them
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.set(utf8(`${octal(sum, 6)}\0 `), 148);
  return header;
}

function toBlock(size) {
  return Math.ceil(size / BLOCK) * BLOCK;
}

// Archive length L → padded length: for `opening` the next multiple of 4,096, otherwise Padmé.
// BigInt: a length above 2^31 does not survive the bit operators of plain numbers.
export function paddedLength(envelope, length) {
  if (envelope === "opening") return Math.ceil(length / 4096) * 4096;
  const whole = BigInt(length);
  const e = BigInt(whole.toString(2).length - 1);
  const s = BigInt(e.toString(2).length);
  const mask = (1n << (e - s)) - 1n;
  return Number((whole + mask) & ~mask);
}

// {name, title, media, size, sha256} per file, in archive order: the index names every other member once.
export function indexBytes({ tender, envelope, lot, cid, files }) {
  const members = files.map(({ name, title, media, size, sha256 }) => ({ name, title, media, size, sha256 }));
  const names = new Set(["index.json", ...members.map(({ name }) => name)]);
  if (names.size !== members.length + 1) throw new Malformed("two members have one name");
  if (names.size > MOST_MEMBERS) throw new Fault("too_many_files", { most: MOST_MEMBERS - 1 });
  const bytes = canonicalBytes({ v: "tsb/1", type: "index", tender, envelope, lot, cid, files: members });
  if (bytes.length > INDEX_LIMIT) throw new Fault("too_many_files", { most: MOST_MEMBERS - 1 });
  return bytes;
}

export function archiveLength(sizes) {
  return sizes.reduce((length, size) => length + BLOCK + toBlock(size), 0) + 2 * BLOCK;
}

// The bytes of the padded archive, piece by piece. `files` carry `blob` beside what the index says of them.
// Each file is hashed again on its way: an index that promises another digest would void the whole bid.
export async function* archivePieces({ envelope, index, files, signal }) {
  yield concat(memberHeader("index.json", index.length), padded(index));
  for (const file of files) {
    yield memberHeader(file.name, file.size);
    yield* memberPieces(file, signal);
    yield new Uint8Array(toBlock(file.size) - file.size);
  }
  const length = archiveLength([index.length, ...files.map(({ size }) => size)]);
  yield* zeros(2 * BLOCK + paddedLength(envelope, length) - length);
}

async function* memberPieces(file, signal) {
  const hasher = await startSha256();
  for await (const piece of piecesOf(file.blob, { signal })) {
    hasher.update(piece);
    yield piece;
  }
  if (hasher.hex() !== file.sha256) throw new Fault("file_changed", { name: file.title });
}

function padded(bytes) {
  return concat(bytes, new Uint8Array(toBlock(bytes.length) - bytes.length));
}

function* zeros(count) {
  const most = 1024 * 1024;
  for (let left = count; left > 0; left -= most) yield new Uint8Array(Math.min(left, most));
}
