// Steps 1 to 11: files, log, keys, ceremony, deadline, bids, receipts, withdrawals, close, witnesses.

import { digestOf, fromB64u, isDigest, isId, microsecondsOf, readCanonical, readTime, utf8 } from "../sealing/canonical.js";
import { checkCeremony, checkSignatures } from "../sealing/ceremony.js";
import { readProof, verifyProof } from "../sealing/log.js";
import { readVkey } from "../sealing/notes.js";
import { readClose, readDocument, readRehearsal, readSeal, requireFields, requireThat, stagesOf } from "../sealing/schemas.js";
import { checkPath } from "./files.js";
import { readLines } from "./tree.js";
import { Broken } from "./words.js";

const LARGE = 16 * 1024 * 1024;
const ENTRY = 65_535;
const DISORDER = 60_000_000n; // microseconds by which an entry may be older than the newest before it
const INDEX = ["bundle.json", "bundle.sig"];
const FIELDS = {
  "key.enrolled": ["subject", "kind", "vkey", "evidence"],
  "tender.published": ["deadline", "ceremony"],
  "key.rehearsed": ["kid", "rehearsal", "answer"],
  "tender.extended": ["old", "deadline", "reason"],
  "bid.sealed": ["seal", "bidder", "replaces"],
  "bid.withdrawn": ["seal", "bidder", "doc"],
  "tender.closed": ["close"],
};

export async function checkFiles(v) {
  v.at(1);
  const bytes = await v.files.read("bundle.json");
  const { tender, files } = readDocument(bytes, { type: "bundle", fields: ["tender", "files"], limit: LARGE });
  v.tender = tender;
  await v.signed("bundle.json", "bundle", bytes, v.trust.platform);
  const listed = Object.keys(files);
  listed.forEach(checkPath);
  for (const path of [...v.files.members.keys()].filter((name) => !INDEX.includes(name) && !listed.includes(name))) {
    throw new Broken("the file {path} is not in the index", { path });
  }
  for (const path of listed) {
    const found = await digestOf(await v.files.bytes(path));
    v.hold(found === files[path], "{path} is not the file that the index names", { path });
  }
}

export async function checkLog(v) {
  v.at(2);
  const { tree, disclosed, withheld } = await readLines(await v.text("log/entries.jsonl"));
  Object.assign(v, { tree, withheld });
  const { size } = await v.checkpoint(await v.text("log/checkpoint"), v.trust.quorum);
  v.hold(size === tree.size, "the checkpoint is over {size} entries, the bundle has {found}", { size, found: tree.size });
  v.at(3);
  v.entries = disclosed.map(readEntry);
  let newest = 0n;
  for (const { index, at } of v.entries) {
    const instant = microsecondsOf(at);
    v.hold(instant + DISORDER >= newest, "entry {index} is more than 60 s older than one before it", { index });
    if (instant > newest) newest = instant;
  }
}

function readEntry({ index, text }) {
  const entry = readCanonical(utf8(text), { limit: ENTRY });
  requireFields(entry, ["v", "type", "t", "tender", "at", "salt", "data"], `entry ${index}`);
  const { v, type, t, tender, at, salt, data } = entry;
  requireThat(v === "tsb/1" && type === "entry" && typeof t === "string", `entry ${index}`);
  requireThat(tender === "" || isId(tender), `entry ${index}`);
  fromB64u(salt, 16);
  if (t in FIELDS) requireFields(data, FIELDS[t], `entry ${index}`);
  return { index, text, event: t, tender, at: readTime(at), data };
}

function only(v, event) {
  const found = v.entriesOf(event);
  v.hold(found.length === 1, "the log has {found} entries {event}, not one", { found: found.length, event });
  return found[0];
}

export async function checkTender(v) {
  v.at(5);
  const published = only(v, "tender.published");
  const bytes = await v.document("ceremony.json", published.data.ceremony);
  v.ceremony = await checkCeremony(bytes, { expected: { tender: v.tender } });
  v.ceremonyDigest = await digestOf(bytes);
  v.stages = stagesOf(v.ceremony);
  v.hold((v.ceremony.layer ?? "none") === "none", "a key layer of the bidders is checked by the program, not by this page");
  v.at(4);
  for (const { kid, vkey } of v.ceremony.holders) {
    v.hold(v.trust.holders.includes(vkey), "the key of holder {kid} is not trusted", { kid });
  }
  v.at(5);
  await checkSignatures(bytes, await v.files.read("ceremony.sigs"), v);
  for (const digest of new Set(v.entriesOf("key.rehearsed").map(({ data }) => data.rehearsal))) {
    const rehearsal = await v.document(`rehearsals/${digest}.json`, digest);
    readRehearsal(rehearsal, { ceremony: v.ceremony, digest: v.ceremonyDigest });
  }
  v.at(2);
  await v.checkpoint(await v.text("log/checkpoint"));
  v.at(10);
  v.closed = only(v, "tender.closed");
  v.at(6);
  v.deadlines = [{ since: -1, at: readTime(published.data.deadline) }];
  for (const { index, at, data } of v.entriesOf("tender.extended")) {
    const [old, next] = [readTime(data.old), readTime(data.deadline)];
    const isOne = index < v.closed.index && at < old && old === v.deadlines.at(-1).at && next > old;
    v.hold(isOne, "the extension of entry {index} is not one", { index });
    v.deadlines.push({ since: index, at: next });
  }
}

export async function checkKeys(v) {
  v.at(4);
  v.enrolled = new Map();
  for (const { index, data } of v.entries.filter(({ event }) => event === "key.enrolled")) {
    await readVkey(data.vkey);
    const name = `${data.kind} ${data.subject}`;
    v.enrolled.set(name, [...(v.enrolled.get(name) ?? []), { index, vkey: data.vkey }]);
  }
  const shape = { type: "bidders", fields: ["tender", "keys"], limit: LARGE };
  const { tender, keys } = readDocument(await v.files.read("bidders.json"), shape);
  const bids = v.entries.filter((entry) => entry.tender === v.tender && entry.event.startsWith("bid."));
  const named = [...new Set(bids.map(({ data }) => data.bidder))].sort().join("\n");
  const isSame = tender === v.tender && named === Object.keys(keys).sort().join("\n");
  v.hold(isSame, "bidders.json does not name exactly the bidders of the log");
  for (const [bidder, vkey] of Object.entries(keys)) {
    const inForce = v.keyOf("bidder", bidder, v.closed.index);
    v.hold(vkey === inForce, "bidders.json has another key of {bidder}", { bidder });
  }
}

export async function replay(v) {
  const cids = new Set();
  for (const entry of v.entriesOf("bid.sealed", "bid.withdrawn")) {
    const { index, at, event } = entry;
    v.at(event === "bid.sealed" ? 7 : 9);
    v.hold(index < v.closed.index, "entry {index} comes after the close", { index });
    v.hold(at < v.deadline(index), "entry {index} is not before the deadline", { index });
    await (event === "bid.sealed" ? takeSeal(v, entry, cids) : takeBack(v, entry));
  }
  for (const [step, event] of [[7, "bid.sealed"], [8, "bid.sealed"], [9, "bid.withdrawn"]]) {
    if (v.entriesOf(event).length === 0) v.skip(step, "the log has no such entry");
  }
}

async function takeSeal(v, { index, text, data }, cids) {
  const { seal: digest, bidder, replaces } = data;
  requireThat(isDigest(digest), `entry ${index}`);
  const path = `seals/${digest}.json`;
  const bytes = await v.document(path, digest);
  const seal = readSeal(bytes, { ceremony: v.ceremony, digest: v.ceremonyDigest });
  await v.signed(path, "seal", bytes, v.keyOf("bidder", bidder, index));
  const agrees = seal.bidder === bidder && seal.replaces === replaces;
  v.hold(agrees, "entry {index} does not agree with its seal", { index });
  v.hold(!v.seals.has(digest), "the seal of entry {index} was there before", { index });
  const cid = `${bidder} ${seal.cid}`;
  v.hold(!cids.has(cid), "the cid of entry {index} was used before", { index });
  cids.add(cid);
  v.hold(seal.replaces === (v.live.get(bidder) ?? null), "entry {index} does not replace the live seal", { index });
  v.seals.set(digest, seal);
  v.live.set(bidder, digest);
  v.at(8);
  await checkReceipt(v, { index, text, digest });
}

async function checkReceipt(v, { index, text, digest }) {
  const path = `receipts/${digest}.json`;
  const bytes = await v.files.read(path);
  const shape = { type: "receipt", fields: ["tender", "seal", "entry", "proof"], limit: 131_072 };
  const receipt = readDocument(bytes, shape);
  await v.signed(path, "receipt", bytes, v.trust.platform);
  const isOf = receipt.tender === v.tender && receipt.seal === digest && receipt.entry === text;
  const proof = readProof(receipt.proof);
  v.hold(isOf && proof.index === BigInt(index), "{path} is not the receipt of entry {index}", { path, index });
  await v.checkpoint(proof.note);
  await verifyProof(receipt.proof, { ...v.trust, entry: utf8(text) });
  v.checks[v.step] += 1;
}

async function takeBack(v, { index, data }) {
  const path = `withdrawals/${data.seal}.json`;
  const bytes = await v.document(path, data.doc);
  const document = readDocument(bytes, { type: "withdraw", fields: ["tender", "bidder", "seal"] });
  const isOf = document.tender === v.tender && document.bidder === data.bidder && document.seal === data.seal;
  v.hold(isOf && v.live.get(data.bidder) === data.seal, "entry {index} withdraws no live seal", { index });
  await v.signed(path, "withdraw", bytes, v.keyOf("bidder", data.bidder, index));
  v.live.delete(data.bidder);
}

export async function checkClose(v) {
  v.at(10);
  const close = readClose(await v.document("close.json", v.closed.data.close));
  v.close = close;
  const accepted = close.accepted.join("\n") === [...v.live.values()].sort().join("\n");
  v.hold(close.tender === v.tender && accepted, "the close did not accept exactly the live bids");
  v.hold(close.deadline === v.deadline(v.closed.index), "the close names another deadline");
  v.hold(close.closed_at >= close.deadline, "the bid box was closed before its deadline");
  v.hold(close.log_size <= v.closed.index, "the close names a longer log than it had");
  const last = Math.max(-1, ...v.entriesOf("bid.sealed", "bid.withdrawn").map(({ index }) => index));
  v.hold(last < close.log_size, "a bid came into the log after the close had counted");
  v.at(11);
  const checkpoint = await v.checkpoint(await v.text("close.checkpoint"));
  v.hold(checkpoint.size > v.closed.index, "the checkpoint of the close does not contain it");
  const deadline = BigInt(Math.floor(Date.parse(`${close.deadline.slice(0, 19)}Z`) / 1000));
  for (const { name, at } of checkpoint.cosignatures) {
    v.hold(at >= deadline, "{who} saw the close before the deadline", { who: name });
  }
  v.files.under("tsr").forEach((path) => v.files.used.add(path));
}

