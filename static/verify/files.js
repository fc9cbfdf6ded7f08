// The files of a bundle, out of a zip archive that is not trusted: no name leaves the bundle, nothing grows beyond what
// the archive says, and the archive says at most a hundredfold.

import { Broken } from "./words.js";

const MOST = 512 * 1024 * 1024; // bytes of an archive, and of all files in it: this page holds them in memory
const RATIO = 100;
const MIB = 1024 * 1024;
const PART = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";
const PATH = new RegExp(`^${PART}(/${PART}){0,4}$`);
const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const latin = new TextDecoder("latin1");

export class Files {
  constructor(members) {
    this.members = members; // path → how to read it
    this.used = new Set();
  }

  has(path) {
    return this.members.has(path);
  }

  under(folder) {
    return [...this.members.keys()].filter((path) => path.startsWith(`${folder}/`)).sort();
  }

  async read(path) {
    this.used.add(path);
    return this.bytes(path);
  }

  async bytes(path) {
    if (!this.has(path)) throw new Broken("the file {path} is missing", { path });
    return this.members.get(path)();
  }
}

export function checkPath(path) {
  if (!PATH.test(path)) throw new Broken("“{path}” is not a path of a bundle", { path });
}

export async function openZip(blob) {
  if (blob.size > MOST) throw cannot("512 MiB");
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  try {
    return new Files(readDirectory(bytes, view));
  } catch (error) {
    throw error instanceof RangeError ? cannot("zip") : error;
  }
}

function cannot(why) {
  return new Broken("the bundle cannot be opened: {why}", { why });
}

function readDirectory(bytes, view) {
  let at = bytes.length - 22;
  while (at >= 0 && view.getUint32(at, true) !== END) at -= 1;
  if (at < 0 || at < bytes.length - 22 - 65_535) throw cannot("zip");
  const [count, start] = [view.getUint16(at + 10, true), view.getUint32(at + 16, true)];
  const members = new Map();
  let [place, total] = [start, 0];
  for (let number = 0; number < count; number += 1) {
    const member = readEntry(bytes, view, place);
    place += member.length;
    if (member.path.endsWith("/")) continue;
    checkPath(member.path);
    if (members.has(member.path)) throw new Broken("{path} is in the archive twice", { path: member.path });
    if (member.size > RATIO * member.packed + MIB) {
      throw new Broken("{path} says that it grows more than {ratio} times", { path: member.path, ratio: RATIO });
    }
    total += member.size;
    members.set(member.path, () => unpack(bytes, view, member));
  }
  if (total > MOST) throw new Broken("the archive grows more than {ratio} times", { ratio: RATIO });
  return members;
}

function readEntry(bytes, view, at) {
  if (view.getUint32(at, true) !== ENTRY) throw cannot("zip");
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
  const [name, extra, comment] = [28, 30, 32].map((offset) => view.getUint16(at + offset, true));
  const path = latin.decode(bytes.subarray(at + 46, at + 46 + name));
  const kind = (view.getUint32(at + 38, true) >>> 28) & 0xf;
  if ((flags & 1) !== 0 || ![0, 8].includes(method) || ![0, 8, 4].includes(kind)) {
    throw new Broken("{path} is neither a file nor a folder", { path });
  }
  let [packed, size, start] = [20, 24, 42].map((offset) => view.getUint32(at + offset, true));
  ({ packed, size, start } = widened(view, at + 46 + name, extra, { packed, size, start }));
  return { path, method, packed, size, start, length: 46 + name + extra + comment };
}

// Sizes that do not fit stand in an extra field (zip64): of what is all ones, in this order.
function widened(view, from, length, found) {
  const wanted = ["size", "packed", "start"].filter((name) => found[name] === 0xffffffff);
  for (let at = from; wanted.length > 0 && at + 4 <= from + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== 1) continue;
    const values = wanted.map((name, place) => [name, Number(view.getBigUint64(at + 4 + 8 * place, true))]);
    return { ...found, ...Object.fromEntries(values) };
  }
  return found;
}

async function unpack(bytes, view, { path, method, packed, size, start }) {
  if (view.getUint32(start, true) !== LOCAL) throw new Broken("{path} cannot be read: {why}", { path, why: "zip" });
  const from = start + 30 + view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const data = bytes.subarray(from, from + packed);
  const plain = method === 0 ? data : await inflated(path, data, size);
  if (plain.length !== size) throw new Broken("{path} is longer than its directory says", { path });
  return plain;
}

async function inflated(path, data, size) {
  const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const plain = new Uint8Array(size);
  let filled = 0;
  try {
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      if (filled + piece.value.length > size) break;
      plain.set(piece.value, filled);
      filled += piece.value.length;
    }
  } catch (error) {
    throw new Broken("{path} cannot be read: {why}", { path, why: error.message });
  }
  return plain.subarray(0, filled);
}
