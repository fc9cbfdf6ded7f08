// Canonical JSON: RFC 8785 restricted to objects with ASCII keys, arrays, well-formed strings, safe integers,
// booleans and null; and the encodings that stand inside such documents (base64url, base64, hex, times, ids).
// Bytes in, values out, and back; every violation throws Malformed.

import { Malformed } from "./faults.js";

export const DEEPEST = 16; // levels of nesting, the outermost value is level 1
export const DOCUMENT_LIMIT = 65_536; // bytes of seal, ceremony, withdraw, bidder-key, rehearsal
export const LARGE_LIMIT = 16 * 1024 * 1024; // bytes of close, release, opening
export const INDEX_LIMIT = 1_048_576; // bytes of a payload's index.json

const encoder = new TextEncoder();

export function utf8(text) {
  if (!text.isWellFormed()) throw new Malformed("a string is not well-formed Unicode");
  return encoder.encode(text);
}

// The default decoder swallows a byte order mark and replaces what it cannot read: both would hide a difference.
export function textOf(bytes) {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed("not UTF-8");
  }
}

export function canonicalText(value, level = 1) {
  if (level > DEEPEST) throw new Malformed("nested too deeply");
  if (value === null || value === true || value === false) return String(value);
  if (typeof value === "string") return canonicalString(value);
  if (typeof value === "number") return canonicalInteger(value);
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, level + 1)).join(",")}]`;
  if (typeof value === "object") return canonicalObject(value, level);
  throw new Malformed(`a ${typeof value} has no canonical form`);
}

function canonicalString(value) {
  // JSON.stringify writes a lone surrogate as an escape, and reading gives it back: comparing bytes finds nothing.
  if (!value.isWellFormed()) throw new Malformed("a string is not well-formed Unicode");
  return JSON.stringify(value);
}

function canonicalInteger(value) {
  if (!Number.isSafeInteger(value)) throw new Malformed("a number is not an integer below 2^53");
  return String(value);
}

function canonicalObject(value, level) {
  const keys = Object.keys(value);
  if (keys.some((key) => !/^[\x00-\x7f]*$/.test(key))) throw new Malformed("a key is not ASCII");
  const members = keys.sort().map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], level + 1)}`);
  return `{${members.join(",")}}`;
}

export function canonicalBytes(value) {
  return encoder.encode(canonicalText(value));
}

// One comparison rejects white space, duplicate and unsorted keys, -0, fractions, exponents and needless escapes.
export function readCanonical(bytes, { limit = DOCUMENT_LIMIT } = {}) {
  if (bytes.length > limit) throw new Malformed(`longer than ${limit} bytes`);
  const text = textOf(bytes);
  let value;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed("not JSON");
  }
  if (canonicalText(value) !== text) throw new Malformed("not in canonical form");
  return value;
}

export function concat(...parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(one, other) {
  if (one.length !== other.length) return false;
  let difference = 0;
  for (let i = 0; i < one.length; i += 1) difference |= one[i] ^ other[i];
  return difference === 0;
}

export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

export async function digestOf(bytes) {
  return toHex(await sha256(bytes));
}

export function toHex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(text) {
  if (typeof text !== "string" || !/^([0-9a-f]{2})*$/.test(text)) throw new Malformed("not lower-case hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toB64(bytes) {
  let binary = "";
  for (let i = 0; i < bytes.length; i += 8192) binary += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(binary);
}

export function fromB64(text) {
  const bytes = decodeBase64(text);
  if (toB64(bytes) !== text) throw new Malformed("base64 is not canonical");
  return bytes;
}

export function toB64u(bytes) {
  return toB64(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

export function fromB64u(text, length) {
  if (typeof text !== "string" || !/^[A-Za-z0-9_-]*$/.test(text)) throw new Malformed("not base64url");
  const bytes = decodeBase64(text.replaceAll("-", "+").replaceAll("_", "/"));
  if (toB64u(bytes) !== text) throw new Malformed("base64url is not canonical");
  if (length !== undefined && bytes.length !== length) throw new Malformed(`not ${length} bytes`);
  return bytes;
}

function decodeBase64(text) {
  try {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  } catch {
    throw new Malformed("not base64");
  }
}

// Always six fractional digits: only then is the order of the strings the order of the instants.
// Returns the text itself; `microsecondsOf` gives it as a BigInt.
export function readTime(text) {
  const found = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)\.(\d{6})Z$/.exec(text);
  if (typeof text !== "string" || found === null) throw new Malformed("not a time with six fractional digits");
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const again = date.toISOString().slice(0, 19);
  if (year === 0 || again !== text.slice(0, 19)) throw new Malformed("not a calendar date or time of day");
  return text;
}

export function microsecondsOf(text) {
  readTime(text);
  return BigInt(Date.parse(`${text.slice(0, 19)}Z`)) * 1000n + BigInt(text.slice(20, 26));
}

export function isId(value) {
  return typeof value === "string" && /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}$/.test(value);
}

export function isKid(value) {
  return typeof value === "string" && /^[a-z0-9][a-z0-9-]{0,31}$/.test(value);
}

export function isDigest(value) {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}
