// Reading an envelope's plaintext back, by the same strict rules that the opening applies. Whole in memory:
// it serves the check of one's own bid and the tests, not files of hundreds of megabytes.

import { Malformed, Mismatch } from "./faults.js";
import { INDEX_LIMIT, digestOf, isDigest, readCanonical } from "./canonical.js";
import { BLOCK, isMemberName } from "./archive.js";

const ascii = new TextDecoder("latin1");
const FIELDS = ["cid", "envelope", "files", "lot", "tender", "type", "v"];
const FILE_FIELDS = ["media", "name", "sha256", "size", "title"];
const MOST_MEMBERS = 1000;

function requireThat(holds, detail) {
  if (!holds) throw new Malformed(detail);
}

function octalField(header, from, to) {
  const text = ascii.decode(header.subarray(from, to));
  requireThat(/^[0-7]+[\0 ]*$/.test(text), "a number field is not octal");
  return Number.parseInt(text, 8);
}

function zeroAll(bytes) {
  return bytes.every((byte) => byte === 0);
}

function readHeader(header) {
  const name = ascii.decode(header.subarray(0, 100)).replace(/\0+$/, "");
  requireThat(isMemberName(name), "a member name is not allowed");
  requireThat(header[156] === 0x30, "a member is not a regular file");
  requireThat(ascii.decode(header.subarray(257, 265)) === "ustar\u000000", "not ustar");
  for (const [from, to] of [[100, 108], [108, 116], [116, 124], [136, 148]]) octalField(header, from, to);
  const counted = header.slice();
  counted.fill(0x20, 148, 156);
  const sum = counted.reduce((total, byte) => total + byte, 0);
  requireThat(octalField(header, 148, 156) === sum, "a checksum is wrong");
  requireThat(zeroAll(header.subarray(157, 257)), "a link name");
  requireThat(zeroAll(header.subarray(345)), "a name prefix or trailing bytes");
  for (const [from, to] of [[329, 337], [337, 345]]) {
    const device = ascii.decode(header.subarray(from, to));
    requireThat(/^[0 \0]*$/.test(device), "a device number");
  }
  return { name, size: octalField(header, 124, 136) };
}

function membersOf(bytes) {
  const members = [];
  let at = 0;
  while (!zeroAll(bytes.subarray(at, at + BLOCK))) {
    requireThat(at + BLOCK <= bytes.length, "the archive ends inside a header");
    const { name, size } = readHeader(bytes.subarray(at, at + BLOCK));
    const from = at + BLOCK;
    const end = from + Math.ceil(size / BLOCK) * BLOCK;
    requireThat(end <= bytes.length, "the archive ends inside a member");
    requireThat(zeroAll(bytes.subarray(from + size, end)), "bytes after a member");
    members.push({ name, content: bytes.subarray(from, from + size) });
    requireThat(members.length <= MOST_MEMBERS, "too many members");
    at = end;
  }
  requireThat(at + 2 * BLOCK <= bytes.length && zeroAll(bytes.subarray(at)), "no end, or bytes after the end");
  return members;
}

function readIndex(bytes, expected) {
  const index = readCanonical(bytes, { limit: INDEX_LIMIT });
  requireThat(sameFields(index, FIELDS) && index.v === "tsb/1" && index.type === "index", "not an index");
  requireThat(Array.isArray(index.files), "an index without files");
  for (const field of ["tender", "envelope", "lot", "cid"]) {
    if (index[field] !== expected[field]) throw new Mismatch(`index ${field}`);
  }
  for (const file of index.files) {
    requireThat(sameFields(file, FILE_FIELDS), "an index entry has other fields");
    requireThat(isMemberName(file.name) && isDigest(file.sha256), "an index entry is malformed");
    requireThat(typeof file.title === "string" && typeof file.media === "string", "an index entry is malformed");
  }
  return index;
}

function sameFields(value, fields) {
  return value !== null && typeof value === "object" && Object.keys(value).join() === fields.join();
}

// {index, files: [{name, title, media, content}]} of a padded archive; `expected` is {tender, envelope, lot, cid}.
export async function readArchive(bytes, expected) {
  const [first, ...members] = membersOf(bytes);
  requireThat(first?.name === "index.json", "the first member is not index.json");
  const index = readIndex(first.content, expected);
  requireThat(new Set(members.map(({ name }) => name)).size === members.length, "two members have one name");
  requireThat(members.length === index.files.length, "the index lists other members");
  const files = [];
  for (const [position, { name, title, media, size, sha256 }] of index.files.entries()) {
    const member = members[position];
    requireThat(member.name === name && member.content.length === size, "the index lists another member");
    if ((await digestOf(member.content)) !== sha256) throw new Mismatch(`digest of ${name}`);
    files.push({ name, title, media, content: member.content });
  }
  return { index, files };
}
