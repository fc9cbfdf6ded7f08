// The closed schemas of TSB/1: which fields a document has, and what each may hold. Reads canonical bytes,
// returns the value, throws Malformed for the form and Mismatch for what belongs to another tender.

import { Malformed, Mismatch } from "./faults.js";
import {
  DOCUMENT_LIMIT,
  LARGE_LIMIT,
  fromB64u,
  isDigest,
  isId,
  isKid,
  readCanonical,
  readTime,
} from "./canonical.js";

export function requireThat(holds, detail) {
  if (!holds) throw new Malformed(detail);
}

export function requireSame(found, wanted, what) {
  if (found !== wanted) throw new Mismatch(what);
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

// Unknown and missing fields are errors alike.
export function requireFields(value, fields, what) {
  requireThat(isObject(value), `${what} is not an object`);
  const found = Object.keys(value).sort().join();
  requireThat(found === [...fields].sort().join(), `${what} has other fields`);
}

export function readDocument(bytes, { type, fields, limit = DOCUMENT_LIMIT }) {
  const document = readCanonical(bytes, { limit });
  requireFields(document, ["v", "type", ...fields], type);
  requireThat(document.v === "tsb/1" && document.type === type, `not a ${type} of tsb/1`);
  return document;
}

function isCount(value, from, to) {
  return Number.isSafeInteger(value) && value >= from && value <= to;
}

function strictlyRising(texts) {
  return texts.every((text, index) => index === 0 || texts[index - 1] < text);
}

// ---- ceremony ------------------------------------------------------------------------------------------------

const MINIMAL = ["tender", "suite", "k", "envelopes", "max_size", "holders"];
const FULL = [...MINIMAL, "stages", "layer", "grace", "quorum", "key_window", "rescue"];
const ROLES = ["tenderee", "agency", "supervisor", "platform", "other"];

// The minimal form (of the vectors) has neither stages nor times; a production ceremony carries all fields.
export function isFullForm(ceremony) {
  return Object.hasOwn(ceremony, "stages");
}

export function readCeremony(bytes) {
  const seen = readCanonical(bytes, { limit: DOCUMENT_LIMIT });
  const full = isObject(seen) && isFullForm(seen);
  const recoverable = full && seen.layer === "recoverable" ? ["k_recover"] : [];
  const ceremony = readDocument(bytes, { type: "ceremony", fields: [...(full ? FULL : MINIMAL), ...recoverable] });
  requireThat(isId(ceremony.tender) && ceremony.suite === "X25519", "ceremony tender or suite");
  requireThat(isCount(ceremony.max_size, 1, Number.MAX_SAFE_INTEGER), "ceremony max_size");
  readEnvelopes(ceremony.envelopes);
  readHolders(ceremony, full);
  if (full) readFullForm(ceremony);
  return ceremony;
}

function readEnvelopes(envelopes) {
  requireThat(isObject(envelopes) && Object.keys(envelopes).length > 0, "ceremony envelopes");
  for (const [name, kind] of Object.entries(envelopes)) {
    requireThat(isId(name) && ["public", "restricted"].includes(kind), "ceremony envelopes");
  }
}

function readHolders({ holders, k }, full) {
  requireThat(Array.isArray(holders) && isCount(holders.length, 2, 16), "ceremony holders");
  for (const holder of holders) {
    requireFields(holder, full ? ["kid", "pk", "vkey", "org", "role"] : ["kid", "pk", "vkey"], "a holder");
    requireThat(isKid(holder.kid) && typeof holder.vkey === "string", "a holder's kid or vkey");
    requireThat(!full || (isId(holder.org) && ROLES.includes(holder.role)), "a holder's org or role");
    fromB64u(holder.pk, 32);
  }
  requireThat(strictlyRising(holders.map(({ kid }) => kid)), "holders are not sorted, or one stands twice");
  requireThat(new Set(holders.map(({ pk }) => pk)).size === holders.length, "two holders have one key");
  requireThat(isCount(k, 2, holders.length), "ceremony k");
}

function readFullForm(ceremony) {
  requireThat(["none", "required", "recoverable"].includes(ceremony.layer), "ceremony layer");
  requireThat(isCount(ceremony.grace, 0, 86_400), "ceremony grace");
  requireThat(isCount(ceremony.quorum, 2, Number.MAX_SAFE_INTEGER), "ceremony quorum");
  requireThat(isCount(ceremony.key_window, 0, Number.MAX_SAFE_INTEGER), "ceremony key_window");
  requireThat(ceremony.layer !== "none" || ceremony.key_window === 0, "a key window without a layer");
  requireThat(isCount(ceremony.rescue, 0, Number.MAX_SAFE_INTEGER), "ceremony rescue");
  if (Object.hasOwn(ceremony, "k_recover")) {
    requireThat(isCount(ceremony.k_recover, 2, ceremony.holders.length), "ceremony k_recover");
  }
  readStages(ceremony);
}

function readStages({ stages, envelopes }) {
  requireThat(Array.isArray(stages) && stages.every((stage) => Array.isArray(stage) && stage.length > 0), "stages");
  const named = stages.flat();
  const all = Object.keys(envelopes);
  requireThat(named.length === all.length && all.every((name) => named.includes(name)), "ceremony stages");
  for (const stage of stages) {
    requireThat(new Set(stage.map((name) => envelopes[name])).size === 1, "a stage mixes public and restricted");
  }
}

export function stagesOf(ceremony) {
  if (isFullForm(ceremony)) return ceremony.stages;
  const names = (kind) => Object.keys(ceremony.envelopes).filter((name) => ceremony.envelopes[name] === kind).sort();
  return [names("public"), names("restricted")].filter((stage) => stage.length > 0);
}

// ---- seal ----------------------------------------------------------------------------------------------------

const SEAL = ["suite", "tender", "ceremony", "bidder", "cid", "replaces", "envelopes"];
const ENVELOPE = ["name", "lot", "fmt", "size", "sha256", "commit", "deal"];

// `ceremony` is the value, `digest` the digest of its bytes.
export function readSeal(bytes, { ceremony, digest }) {
  const seal = readDocument(bytes, { type: "seal", fields: SEAL });
  requireSame(seal.suite, ceremony.suite, "suite");
  requireSame(seal.tender, ceremony.tender, "tender");
  requireSame(seal.ceremony, digest, "ceremony");
  requireThat(isId(seal.bidder), "seal bidder");
  fromB64u(seal.cid, 16);
  requireThat(seal.replaces === null || isDigest(seal.replaces), "seal replaces");
  requireThat(Array.isArray(seal.envelopes) && isCount(seal.envelopes.length, 1, 64), "seal envelopes");
  for (const envelope of seal.envelopes) readEnvelope(envelope, ceremony);
  const places = seal.envelopes.map(({ name, lot }) => JSON.stringify([name, lot]));
  requireThat(new Set(places).size === places.length, "two envelopes with one name and lot");
  return seal;
}

function layerFields(ceremony) {
  const layer = ceremony.layer ?? "none";
  return { none: [], required: ["commit_b"], recoverable: ["commit_b", "deal_b"] }[layer];
}

function readEnvelope(envelope, ceremony) {
  requireFields(envelope, [...ENVELOPE, ...layerFields(ceremony)], "an envelope");
  requireThat(Object.hasOwn(ceremony.envelopes, envelope.name), "an envelope that the ceremony does not name");
  requireThat(isId(envelope.lot) && envelope.fmt === "age/1", "an envelope's lot or format");
  requireThat(isCount(envelope.size, 1, ceremony.max_size) && isDigest(envelope.sha256), "an envelope's size or digest");
  fromB64u(envelope.commit, 32);
  readDeal(envelope.deal, ceremony);
  if (Object.hasOwn(envelope, "commit_b")) fromB64u(envelope.commit_b, 32);
  if (Object.hasOwn(envelope, "deal_b")) readDeal(envelope.deal_b, ceremony);
}

export function readDeal(deal, { holders }) {
  requireThat(Array.isArray(deal) && deal.length === holders.length, "a deal has another number of entries");
  for (const [index, entry] of deal.entries()) {
    requireFields(entry, ["kid", "enc", "ct"], "a deal entry");
    requireThat(entry.kid === holders[index].kid, "a deal is not in the order of the ceremony");
    fromB64u(entry.enc, 32);
    fromB64u(entry.ct, 48);
  }
}

// ---- the others ----------------------------------------------------------------------------------------------

export function readRehearsal(bytes, { ceremony, digest }) {
  const rehearsal = readDocument(bytes, { type: "rehearsal", fields: ["tender", "ceremony", "cid", "commit", "deal"] });
  requireSame(rehearsal.tender, ceremony.tender, "tender");
  requireSame(rehearsal.ceremony, digest, "ceremony");
  fromB64u(rehearsal.cid, 16);
  fromB64u(rehearsal.commit, 32);
  readDeal(rehearsal.deal, ceremony);
  return rehearsal;
}

// `log_size` is there from the day the platform's log is sequenced; before that the close goes without it.
export function readClose(bytes) {
  const seen = readCanonical(bytes, { limit: LARGE_LIMIT });
  const sequenced = isObject(seen) && Object.hasOwn(seen, "log_size") ? ["log_size"] : [];
  const fields = ["tender", "deadline", "closed_at", "accepted", ...sequenced];
  const close = readDocument(bytes, { type: "close", fields, limit: LARGE_LIMIT });
  requireThat(isId(close.tender), "close tender");
  requireThat(readTime(close.closed_at) >= readTime(close.deadline), "closed before the deadline");
  requireThat(Array.isArray(close.accepted) && close.accepted.every(isDigest), "close accepted");
  requireThat(strictlyRising(close.accepted), "accepted seals are not sorted, or one stands twice");
  return close;
}
