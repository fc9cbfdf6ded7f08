// Steps 12 to 18: releases, openings, every secret and status worked out again, every file opened again.

import { digestOf, fromB64u, microsecondsOf, sameBytes, toB64u } from "../sealing/canonical.js";
import { decryptWith, identityFrom } from "../sealing/age.js";
import { readArchive } from "../sealing/archive_reader.js";
import { ageSecret, commitment, deal, envelopeContext, sharesOf } from "../sealing/dealing.js";
import { isFullForm, readDocument, requireFields, requireThat } from "../sealing/schemas.js";
import { combine } from "../sealing/shamir.js";
import { say } from "./words.js";

const LARGE = 16 * 1024 * 1024;
const DEFAULT_RESCUE = 86_400;
const STATUSES = ["unopenable", "invalid_dealing", "payload_missing", "payload_invalid", "opened"];

function opensAt(v) {
  return microsecondsOf(v.close.deadline) + BigInt(v.ceremony.grace ?? 0) * 1_000_000n;
}

function waitedUntil(v) {
  return opensAt(v) + BigInt(v.ceremony.rescue ?? DEFAULT_RESCUE) * 1_000_000n;
}

function stageOf(v, { data }) {
  const stage = isFullForm(v.ceremony) ? data.stage : 1;
  requireThat(Number.isSafeInteger(stage) && stage >= 1 && stage <= v.stages.length, "stage");
  return stage;
}

function isPublicStage(v, stage) {
  return v.ceremony.envelopes[v.stages[stage - 1][0]] === "public";
}

export async function checkReleases(v) {
  v.at(15);
  for (const entry of v.entriesOf("tender.opened")) {
    const stage = stageOf(v, entry);
    v.hold(!v.opened.has(stage), "stage {stage} was opened twice", { stage });
    v.hold(entry.index > v.closed.index, "entry {index} comes before the close", { index: entry.index });
    v.opened.set(stage, entry);
  }
  if (v.opened.size === 0) [14, 15, 16, 17].forEach((step) => v.skip(step, "no stage is opened yet"));
  v.skip(12, "the log has no such entry");
  v.skip(18, "the log has no such entry");
  v.at(13);
  const entries = v.entriesOf("opening.release");
  if (entries.length === 0) v.skip(13, "the log has no such entry");
  for (const entry of entries) await takeRelease(v, entry);
  v.at(14);
  for (const stage of v.opened.keys()) {
    const released = v.releases.get(stage) ?? new Map();
    const [found, k] = [released.size, v.ceremony.k];
    v.hold(found >= k, "{found} holders released; {k} are needed", { found, k });
    for (const { kid } of v.ceremony.holders.filter((holder) => !released.has(holder.kid))) {
      v.named.push({ kind: "absent", who: kid, said: say("the holder has released nothing") });
    }
  }
}

async function takeRelease(v, { index, at, data }) {
  const [stage, kid] = [stageOf(v, { data }), data.kid];
  const holder = v.ceremony.holders.find((one) => one.kid === kid);
  v.hold(holder !== undefined, "{kid} is not a key holder of this tender", { kid });
  v.hold(index > v.closed.index, "entry {index} comes before the close", { index });
  v.hold(microsecondsOf(at) >= opensAt(v), "{kid} released before the time of the opening", { kid });
  const opened = v.opened.get(stage);
  v.hold(opened === undefined || index < opened.index, "{kid} released after the opening", { kid });
  const seen = v.releases.get(stage) ?? new Map();
  v.releases.set(stage, seen);
  v.hold(!seen.has(kid), "{kid} released twice", { kid });
  const path = `releases/${stage}/${kid}.json`;
  const isThere = v.files.has(path) || (opened !== undefined && isPublicStage(v, stage));
  seen.set(kid, isThere ? await readRelease(v, { path, stage, kid, holder, digest: data.release }) : null);
}

async function readRelease(v, { path, stage, kid, holder, digest }) {
  const bytes = await v.document(path, digest);
  const extra = isFullForm(v.ceremony) ? ["stage", "deal"] : [];
  const fields = ["tender", "kid", "close", "shares", ...extra];
  const release = readDocument(bytes, { type: "release", fields, limit: LARGE });
  const items = v.items(stage);
  const isOf = release.tender === v.tender && release.kid === kid && release.close === v.closed.data.close;
  const isWhole = Array.isArray(release.shares) && release.shares.length === items.length;
  const fits = extra.length === 0 || (release.stage === stage && release.deal === "hold");
  v.hold(isOf && isWhole && fits, "the release of {kid} is not complete, or of another close", { kid });
  await v.signed(path, "release", bytes, holder.vkey);
  return release.shares.map((item, place) => {
    requireFields(item, ["seal", "envelope", "lot", "share"], "share");
    v.hold(isItem(item, items[place]), "the release of {kid} is not complete, or of another close", { kid });
    return item.share === null ? null : fromB64u(item.share, 32);
  });
}

function isItem(found, { digest, envelope }) {
  return found.seal === digest && found.envelope === envelope.name && found.lot === envelope.lot;
}

export async function checkOpenings(v) {
  for (const [stage, entry] of v.opened) {
    const path = `openings/${stage}.json`;
    v.at(15);
    if (!isPublicStage(v, stage) && !v.files.has(path)) {
      v.notContained.push(say("stage {stage}: its envelopes are restricted, so its documents are not public", { stage }));
      continue;
    }
    const bytes = await v.document(path, entry.data.opening);
    const fields = ["tender", "close", "results", ...(isFullForm(v.ceremony) ? ["stage"] : [])];
    const opening = readDocument(bytes, { type: "opening", fields, limit: LARGE });
    const items = v.items(stage);
    const isOf = opening.tender === v.tender && opening.close === v.closed.data.close && opening.results.length === items.length;
    v.hold(isOf && (opening.stage ?? 1) === stage, "the opening is not complete, or of another close");
    for (const [place, result] of opening.results.entries()) {
      await checkResult(v, { entry, stage, place, result, item: items[place] });
    }
  }
}

async function checkResult(v, { entry, stage, place, result, item }) {
  const { seal, envelope, digest } = item;
  const named = { bidder: seal.bidder, envelope: envelope.name, status: result.status };
  v.at(15);
  requireFields(result, ["seal", "bidder", "envelope", "lot", "status", "s", "plain_sha256"], "result");
  const isOf = isItem(result, item) && STATUSES.includes(result.status);
  v.hold(isOf, "the opening is not complete, or of another close");
  v.at(16);
  v.hold(result.bidder === seal.bidder, "the opening names another bidder than the seal: {bidder}", named);
  const wrong = "{bidder}: {envelope} cannot have the status {status}";
  const { bidder, ceremony, cid, tender } = seal;
  const ctx = await envelopeContext({ bidder, ceremony, cid, envelope: envelope.name, lot: envelope.lot, tender });
  const shares = sharesFor(v, stage, place);
  const s = await recovered(v, envelope, ctx, shares);
  const isLate = microsecondsOf(entry.at) >= waitedUntil(v);
  if (s === null) {
    const all = (v.releases.get(stage) ?? new Map()).size === v.ceremony.holders.length;
    v.hold(result.status === "unopenable" && result.s === null, wrong, named);
    v.hold(all || isLate, "{bidder}: {envelope} was given up before its time", named);
    v.named.push({ kind: "bidder", who: seal.bidder, seal: digest, said: say("no shares open the envelope") });
    return;
  }
  const isSame = result.s === toB64u(s);
  v.hold(isSame, "{bidder}: {envelope} has another secret than the one published", named);
  const malformed = await blame(v, { s, ctx, shares, envelope, digest, bidder: seal.bidder });
  v.hold((result.status === "invalid_dealing") === malformed && result.status !== "unopenable", wrong, named);
  const isLost = result.status === "payload_missing";
  v.hold(!isLost || isLate, "{bidder}: {envelope} was given up before its time", named);
  v.results.push({ result, item, s, ctx });
}

function sharesFor(v, stage, place) {
  const released = v.releases.get(stage) ?? new Map();
  return new Map([...released].filter(([, shares]) => shares !== null).map(([kid, shares]) => [kid, shares[place]]));
}

function* subsets(points, k, from = 0) {
  if (k === 0) yield [];
  else for (let at = from; at <= points.length - k; at += 1) for (const rest of subsets(points, k - 1, at + 1)) yield [points[at], ...rest];
}

async function recovered(v, envelope, ctx, shares) {
  const points = v.ceremony.holders.map(({ kid }, place) => [place + 1, shares.get(kid)]).filter(([, share]) => share);
  for (const subset of subsets(points, v.ceremony.k)) {
    const s = combine(subset);
    if (sameBytes(await commitment(s, ctx), fromB64u(envelope.commit, 32))) return s;
  }
  return null;
}

// Deals the secret again: what differs in the seal is the bidder's fault, what differs in a release the holder's.
async function blame(v, { s, ctx, shares, envelope, digest, bidder }) {
  const { k, holders } = v.ceremony;
  const [again, dealt] = [await deal(s, { label: "hold", ctx, k, holders }), await sharesOf(s, { label: "hold", ctx, k, n: holders.length })];
  const malformed = [];
  for (const [place, { kid, enc, ct }] of again.entries()) {
    const sealed = envelope.deal[place];
    if (sealed.enc !== enc || sealed.ct !== ct) malformed.push(kid);
    else if (shares.has(kid) && shares.get(kid) === null) {
      v.named.push({ kind: "false_null", who: kid, seal: digest, said: say("the holder said of a good wrap that it does not open") });
    } else if (shares.has(kid) && !sameBytes(shares.get(kid), dealt[place])) {
      v.named.push({ kind: "false_share", who: kid, seal: digest, said: say("the holder released a false share") });
    }
  }
  if (malformed.length > 0) {
    const said = say("the bidder dealt no proper share to: {kids}", { kids: malformed.join(", ") });
    v.named.push({ kind: "dealing", who: bidder, seal: digest, said });
  }
  return malformed.length > 0;
}

export async function checkPayloads(v) {
  v.at(17);
  for (const path of v.files.under("payloads")) {
    const isNamed = path === `payloads/${await digestOf(await v.files.read(path))}.age`;
    v.hold(isNamed, "{path} does not have the digest in its name", { path });
  }
  let absent = 0;
  for (const found of v.results) {
    const { result, item } = found;
    const path = `payloads/${item.envelope.sha256}.age`;
    const isOpened = ["opened", "payload_invalid"].includes(result.status);
    if (isOpened && !v.files.has(path)) {
      v.hold(v.isPublic, "the file {path} is missing", { path });
      absent += 1;
    } else if (v.files.has(path)) await checkPayload(v, found, path);
    if (result.status.startsWith("payload_")) {
      v.named.push({ kind: result.status, who: item.seal.bidder, seal: item.digest, said: say("the file is missing or not as it must be") });
    }
  }
  if (absent > 0) v.notContained.push(say("files of bids: {count}; what is in them was not checked", { count: absent }));
  if (v.opened.size > 0 && v.checks[17] === absent) v.skip(17, "the bundle has no files of bids");
}

async function checkPayload(v, { result, item, s, ctx }, path) {
  const { seal, envelope, digest } = item;
  const named = { bidder: seal.bidder, envelope: envelope.name, status: result.status };
  const wrong = "{bidder}: {envelope} cannot have the status {status}";
  v.hold(result.status !== "payload_missing", wrong, named);
  if (result.status === "invalid_dealing") return;
  const bytes = await v.files.read(path);
  const identity = identityFrom(await ageSecret(s, ctx));
  let plain = null;
  try {
    requireThat(bytes.length === envelope.size, "size");
    const opened = await decryptWith(identity, new Blob([bytes]));
    plain = new Uint8Array(await new Response(opened).arrayBuffer());
    await readArchive(plain, { tender: seal.tender, envelope: envelope.name, lot: envelope.lot, cid: seal.cid });
  } catch (error) {
    const why = error.message;
    v.hold(result.status === "payload_invalid", "{bidder}: {envelope} does not open: {why}", { ...named, why });
    return;
  }
  v.hold(result.status === "opened", wrong, named);
  const isSame = (await digestOf(plain)) === result.plain_sha256;
  v.hold(isSame, "{bidder}: {envelope} holds something else than published", named);
  v.identities.push({ bidder: seal.bidder, seal: digest, payload: envelope.sha256, age: identity });
}
