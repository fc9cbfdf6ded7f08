// ECVRF-EDWARDS25519-SHA512-TAI (RFC 9381, suite 0x03): checking a proof and reading its output. Only public values
// come here, so nothing has to be constant in time.

import { Malformed } from "./faults.js";
import { concat, sameBytes } from "./canonical.js";

const P = 2n ** 255n - 19n;
const Q = 2n ** 252n + 27742317777372353535851937790883648493n;
const D = mod(-121665n * power(121666n, P - 2n));
const ROOT = power(2n, (P - 1n) / 4n); // a square root of -1
const IDENTITY = { x: 0n, y: 1n, z: 1n, t: 0n };
const ZERO = Uint8Array.of(0);
export const PROOF_LENGTH = 80;

function mod(value) {
  const rest = value % P;
  return rest < 0n ? rest + P : rest;
}

function power(base, exponent) {
  let [result, square] = [1n, base % P];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

function add(a, b) {
  const first = (a.y - a.x) * (b.y - b.x);
  const second = (a.y + a.x) * (b.y + b.x);
  const third = 2n * a.t * b.t * D;
  const fourth = 2n * a.z * b.z;
  const [e, f, g, h] = [mod(second - first), mod(fourth - third), mod(fourth + third), mod(second + first)];
  return { x: (e * f) % P, y: (g * h) % P, z: (f * g) % P, t: (e * h) % P };
}

function times(scalar, point) {
  let [result, double] = [IDENTITY, point];
  for (let left = scalar; left > 0n; left >>= 1n) {
    if (left & 1n) result = add(result, double);
    double = add(double, double);
  }
  return result;
}

function negative({ x, y, z, t }) {
  return { x: mod(-x), y, z, t: mod(-t) };
}

function numberOf(bytes) {
  return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function bytesOf(value) {
  return Uint8Array.from({ length: 32 }, (_, at) => Number((value >> BigInt(8 * at)) & 0xffn));
}

function encode({ x, y, z }) {
  const inverse = power(z, P - 2n);
  return bytesOf(((y * inverse) % P) | ((((x * inverse) % P) & 1n) << 255n));
}

// The point of 32 bytes, or null: y not below p, no point at y, or a negative zero.
function decode(bytes) {
  const value = numberOf(bytes);
  const [y, sign] = [value & (2n ** 255n - 1n), value >> 255n];
  if (y >= P) return null;
  const square = mod((y * y - 1n) * power(mod(D * y * y + 1n), P - 2n));
  let x = power(square, (P + 3n) / 8n);
  if (mod(x * x - square) !== 0n) x = (x * ROOT) % P;
  if (mod(x * x - square) !== 0n || (x === 0n && sign === 1n)) return null;
  if ((x & 1n) !== sign) x = P - x;
  return { x, y, z: 1n, t: (x * y) % P };
}

let base = null;
function basePoint() {
  base ??= decode(bytesOf(mod(4n * power(5n, P - 2n))));
  return base;
}

async function sha512(...parts) {
  return new Uint8Array(await crypto.subtle.digest("SHA-512", concat(...parts)));
}

async function hashToPoint(publicKey, alpha) {
  for (let counter = 0; counter < 256; counter += 1) {
    const digest = await sha512(Uint8Array.of(3, 1), publicKey, alpha, Uint8Array.of(counter), ZERO);
    const point = decode(digest.subarray(0, 32));
    const cleared = point === null ? IDENTITY : times(8n, point);
    if (mod(cleared.x) !== 0n) return cleared;
  }
  throw new Malformed("no point of the curve for this input");
}

function readPublicKey(publicKey) {
  const point = publicKey.length === 32 ? decode(publicKey) : null;
  if (point === null) throw new Malformed("the public key is not a canonical point of the curve");
  if (sameBytes(encode(times(8n, point)), encode(IDENTITY))) throw new Malformed("a public key of small order");
  return point;
}

function readProof(proof) {
  if (proof.length !== PROOF_LENGTH) throw new Malformed("a proof has 80 bytes");
  const gamma = decode(proof.subarray(0, 32));
  const s = numberOf(proof.subarray(48));
  if (gamma === null || s >= Q) throw new Malformed("the proof is not canonical");
  return { gamma, challenge: proof.subarray(32, 48), s };
}

// The 64 bytes that `proof` proves for `alpha` under `publicKey`; throws Malformed otherwise.
export async function verify(publicKey, alpha, proof) {
  const y = readPublicKey(publicKey);
  const { gamma, challenge, s } = readProof(proof);
  const h = await hashToPoint(publicKey, alpha);
  const c = numberOf(challenge);
  const u = add(times(s, basePoint()), times(c, negative(y)));
  const v = add(times(s, h), times(c, negative(gamma)));
  const digest = await sha512(Uint8Array.of(3, 2), publicKey, ...[h, gamma, u, v].map(encode), ZERO);
  if (!sameBytes(digest.subarray(0, 16), challenge)) throw new Malformed("the proof does not fit");
  return sha512(Uint8Array.of(3, 3), encode(times(8n, gamma)), ZERO);
}
