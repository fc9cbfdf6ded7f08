// Recomputing a draw (tsb/draw/1) from its public documents: commitments, proof, seed, order, refusals.

import { Fault, Malformed } from "./faults.js";
import { LARGE_LIMIT, canonicalBytes, concat, digestOf, fromB64u, fromHex, isDigest, isId, sha256, toB64u, toHex, utf8 } from "./canonical.js";
import { deal } from "./dealing.js";
import { signDocument, verifyDocument } from "./notes.js";
import { readCeremony, readDocument, requireSame, requireThat } from "./schemas.js";
import { verify } from "./vrf.js";

const ZERO = Uint8Array.of(0);

function number(value, length) {
  return Uint8Array.from({ length }, (_, at) => Number((BigInt(value) >> BigInt(8 * (length - 1 - at))) & 0xffn));
}

// Order of the bytes of the texts, which is not that of JavaScript's strings.
export function bytewise(one, other) {
  const [a, b] = [utf8(one), utf8(other)];
  for (let at = 0; at < Math.min(a.length, b.length); at += 1) if (a[at] !== b[at]) return a[at] - b[at];
  return a.length - b.length;
}

async function hmac(key, ...parts) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", imported, concat(...parts)));
}

export async function commitment(contribution) {
  return toHex(await sha256(concat(utf8("tsb/draw/1 commit\0"), contribution)));
}

export function escrowContext({ manifest, party, tender }) {
  return sha256(concat(utf8("tsb/draw/1 escrow\0"), canonicalBytes({ manifest, party, tender })));
}

export function vrfContext({ ceremony, tender, vrf_pk }) {
  return sha256(concat(utf8("tsb/draw/1 vrf\0"), canonicalBytes({ ceremony, tender, vrf_pk })));
}

// Contributions are {party: 32 bytes}.
function joined(contributions) {
  const parties = Object.keys(contributions).sort(bytewise);
  return concat(...parties.flatMap((party) => [number(utf8(party).length, 2), utf8(party), contributions[party]]));
}

export function alphaOf(manifest, contributions) {
  return sha256(concat(utf8("tsb/draw/1 alpha\0"), fromHex(manifest), joined(contributions)));
}

export function seedOf(manifest, contributions, beta, beacons = []) {
  const mixed = beacons.flatMap(({ name, round, value }) => [
    utf8("\0bcn"), number(utf8(name).length, 2), utf8(name), number(round, 8), number(value.length, 4), value,
  ]);
  return hmac(fromHex(manifest), utf8("tsb/draw/1 seed\0"), joined(contributions), utf8("\0vrf"), beta, ...mixed);
}

// 64-bit words without end.
export async function* words(seed, label) {
  for (let block = 0; ; block += 1) {
    const bytes = await hmac(seed, utf8("tsb/draw/1 stream\0"), utf8(label), ZERO, number(block, 8));
    const view = new DataView(bytes.buffer);
    for (let at = 0; at < 32; at += 8) yield view.getBigUint64(at);
  }
}

export async function below(stream, n) {
  const limit = 2n ** 64n - (2n ** 64n % BigInt(n));
  for (;;) {
    const { value } = await stream.next();
    if (value < limit) return Number(value % BigInt(n));
  }
}

export async function permutation(pool, seed, label) {
  const order = [...pool].sort(bytewise);
  const stream = words(seed, label);
  for (let place = 0; place < order.length - 1; place += 1) {
    const other = place + (await below(stream, order.length - place));
    [order[place], order[other]] = [order[other], order[place]];
  }
  return order;
}

// ---- documents ---------------------------------------------------------------------------------------------

const MANIFEST = ["tender", "label", "pick", "pool", "vrf_pk", "parties", "exclusions", "beacons"];

function rises(texts) {
  return texts.every((text, at) => at === 0 || bytewise(texts[at - 1], text) < 0);
}

export function readManifest(bytes) {
  const manifest = readDocument(bytes, { type: "draw", fields: MANIFEST, limit: LARGE_LIMIT });
  for (const name of ["pool", "parties"]) {
    requireThat(Array.isArray(manifest[name]) && manifest[name].every(isId) && rises(manifest[name]), name);
  }
  requireThat([manifest.tender, manifest.label].every(isId) && manifest.parties.length >= 2, "manifest");
  requireThat(Number.isSafeInteger(manifest.pick) && manifest.pick >= 1 && manifest.pick <= manifest.pool.length, "pick");
  requireThat(Array.isArray(manifest.exclusions) && Array.isArray(manifest.beacons), "manifest");
  requireThat(manifest.exclusions.every(({ handle }) => !manifest.pool.includes(handle)), "an excluded handle in the pool");
  fromB64u(manifest.vrf_pk, 32);
  return manifest;
}

function readOf(bytes, type, fields, { manifest, digest }) {
  const document = readDocument(bytes, { type, fields: ["tender", "manifest", "party", ...fields], limit: LARGE_LIMIT });
  requireSame(document.tender, manifest.tender, "tender");
  requireSame(document.manifest, digest, "manifest");
  requireThat(manifest.parties.includes(document.party), "a party of another draw");
  return document;
}

// ---- recomputation -----------------------------------------------------------------------------------------

async function readParties({ record, manifest, digest }, { list, type, fields }) {
  const found = {};
  for (const { party, document, note } of record[list]) {
    const bytes = utf8(document);
    const read = readOf(bytes, type, fields, { manifest, digest });
    requireSame(read.party, party, "party");
    requireThat(!(party in found), `two of ${party}`);
    await verifyDocument(type, bytes, note, record.vkeys[party]);
    found[party] = read;
  }
  return found;
}

async function badlyDealt(ceremony, { commits, contributions, manifest, digest }) {
  const names = [];
  for (const [party, { escrow }] of Object.entries(commits)) {
    const ctx = await escrowContext({ manifest: digest, party, tender: manifest.tender });
    const again = await deal(contributions[party], { label: "draw", ctx, k: ceremony.k, holders: ceremony.holders });
    if (JSON.stringify(again) !== JSON.stringify(escrow.map(({ kid, enc, ct }) => ({ kid, enc, ct })))) names.push(party);
  }
  return names;
}

export function taken(order, pick, refused) {
  const gone = new Set();
  for (const handle of refused) {
    const now = order.filter((each) => !gone.has(each)).slice(0, pick);
    requireThat(now.includes(handle), "a refusal of somebody who was not drawn");
    gone.add(handle);
  }
  return order.filter((each) => !gone.has(each)).slice(0, pick);
}

// `record`: the texts of all documents as the platform hands them out. Every step reports to `onStep(code, values)`.
// Returns {order, drawn, serving, seed, misdealt}; throws a Fault at the first thing that does not hold.
export async function recompute(record, { onStep = () => {} } = {}) {
  const manifestBytes = utf8(record.manifest);
  const [manifest, digest] = [readManifest(manifestBytes), await digestOf(manifestBytes)];
  onStep("manifest", { digest });
  const ceremonyBytes = utf8(record.ceremony);
  const ceremony = readCeremony(ceremonyBytes);
  const escrowBytes = utf8(record.vrf_escrow.document);
  const enrolled = readDocument(escrowBytes, { type: "vrf-escrow", fields: ["tender", "ceremony", "vrf_pk", "escrow"] });
  requireSame(enrolled.vrf_pk, manifest.vrf_pk, "vrf_pk");
  requireSame(enrolled.ceremony, await digestOf(ceremonyBytes), "ceremony");
  await verifyDocument("vrf-escrow", escrowBytes, record.vrf_escrow.note, record.platform);
  onStep("key", {});
  const context = { record, manifest, digest };
  const commits = await readParties(context, { list: "commits", type: "draw-commit", fields: ["commit", "escrow"] });
  requireSame(Object.keys(commits).sort(bytewise).join(), manifest.parties.join(), "parties");
  const reveals = await readParties(context, { list: "reveals", type: "draw-reveal", fields: ["c"] });
  const resultBytes = utf8(record.result);
  const beaconFields = manifest.beacons.length > 0 ? ["beacons"] : [];
  const result = readDocument(resultBytes, {
    type: "draw-result", fields: ["manifest", "contributions", "pi", "order", "drawn", ...beaconFields], limit: LARGE_LIMIT,
  });
  requireSame(result.manifest, digest, "manifest");
  requireSame(Object.keys(result.contributions).sort(bytewise).join(), manifest.parties.join(), "parties");
  const contributions = {};
  for (const [party, text] of Object.entries(result.contributions)) {
    contributions[party] = fromB64u(text, 32);
    if ((await commitment(contributions[party])) !== commits[party].commit) throw new Fault("commitment_differs", { party });
    if (party in reveals) requireSame(reveals[party].c, text, party);
  }
  onStep("contributions", { count: manifest.parties.length });
  const alpha = await alphaOf(digest, contributions);
  const beta = await verify(fromB64u(manifest.vrf_pk, 32), alpha, fromB64u(result.pi, 80));
  onStep("proof", {});
  const beacons = (result.beacons ?? []).map((beacon) => ({ ...beacon, value: fromB64u(beacon.value) }));
  const seed = await seedOf(digest, contributions, beta, beacons);
  const order = await permutation(manifest.pool, seed, manifest.label);
  if (order.join() !== result.order.join()) throw new Fault("order_differs");
  requireSame(result.drawn.join(), order.slice(0, manifest.pick).join(), "drawn");
  onStep("order", { count: order.length });
  const serving = taken(order, manifest.pick, record.refusals.map(({ handle }) => handle));
  const misdealt = await badlyDealt(ceremony, { commits, contributions, manifest, digest });
  onStep("escrow", {});
  return { order, drawn: result.drawn, serving, seed: toHex(seed), alpha: toHex(alpha), misdealt, result: await digestOf(resultBytes) };
}

// ---- contributing ------------------------------------------------------------------------------------------

const FEWEST_THROWS = 50;

// 32 bytes: of dice thrown on site (digits 1 to 6), or of this computer.
export async function contributionOf(dice) {
  const digits = dice.replaceAll(/\s+/g, "");
  if (digits === "") return crypto.getRandomValues(new Uint8Array(32));
  if (!/^[1-6]+$/.test(digits) || digits.length < FEWEST_THROWS) throw new Fault("dice_short", { least: FEWEST_THROWS });
  return sha256(utf8(digits));
}

export async function makeCommit({ manifestBytes, ceremonyBytes, party, contribution, signer }) {
  const [manifest, digest] = [readManifest(manifestBytes), await digestOf(manifestBytes)];
  const ceremony = readCeremony(ceremonyBytes);
  requireSame(ceremony.tender, manifest.tender, "tender");
  requireThat(manifest.parties.includes(party), "a party of another draw");
  const ctx = await escrowContext({ manifest: digest, party, tender: manifest.tender });
  const document = canonicalBytes({
    v: "tsb/1", type: "draw-commit", tender: manifest.tender, manifest: digest, party,
    commit: await commitment(contribution),
    escrow: await deal(contribution, { label: "draw", ctx, k: ceremony.k, holders: ceremony.holders }),
  });
  return { document, note: await signDocument("draw-commit", document, signer) };
}

export async function makeReveal({ manifestBytes, party, contribution, commit, signer }) {
  const manifest = readManifest(manifestBytes);
  if ((await commitment(contribution)) !== commit) throw new Fault("commitment_differs", { party });
  const document = canonicalBytes({
    v: "tsb/1", type: "draw-reveal", tender: manifest.tender, manifest: await digestOf(manifestBytes), party,
    c: toB64u(contribution),
  });
  return { document, note: await signDocument("draw-reveal", document, signer) };
}

// A contribution until it is shown: only the party's own signing key opens it again.
export async function keep(contribution, { seed, manifest }) {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, await keepingKey(seed, manifest), contribution);
  return toB64u(concat(iv, new Uint8Array(sealed)));
}

export async function keptContribution(kept, { seed, manifest }) {
  const bytes = fromB64u(kept, 12 + 32 + 16);
  try {
    const opened = { name: "AES-GCM", iv: bytes.subarray(0, 12) };
    return new Uint8Array(await crypto.subtle.decrypt(opened, await keepingKey(seed, manifest), bytes.subarray(12)));
  } catch {
    throw new Malformed("what was kept is not this key's");
  }
}

async function keepingKey(seed, manifest) {
  requireThat(isDigest(manifest), "manifest");
  const ikm = await crypto.subtle.importKey("raw", seed, "HKDF", false, ["deriveKey"]);
  const salt = utf8("tsb/draw/1 keep");
  const how = { name: "HKDF", hash: "SHA-256", salt, info: fromHex(manifest) };
  return crypto.subtle.deriveKey(how, ikm, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
