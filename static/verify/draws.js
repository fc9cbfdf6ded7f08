// Step 19: every draw of the tender, from its manifest to its result, recomputed.

import { digestOf, microsecondsOf, sameBytes, fromB64u, textOf } from "../sealing/canonical.js";
import { escrowContext, readManifest, recompute } from "../sealing/draw.js";
import { sharesOf } from "../sealing/dealing.js";
import { readDocument, requireFields, requireThat } from "../sealing/schemas.js";
import { say } from "./words.js";

const LARGE = 16 * 1024 * 1024;
const FIELDS = {
  "draw.vrf": ["vrf_pk", "doc"],
  "draw.manifest": ["manifest"],
  "draw.commit": ["manifest", "party", "commit", "doc"],
  "draw.reveal": ["manifest", "party", "doc"],
  "draw.release": ["manifest", "kid", "deal", "doc"],
  "draw.result": ["result"],
  "draw.refusal": ["manifest", "handle", "reason"],
};
const OF_A_DRAW = ["draw.commit", "draw.reveal", "draw.release", "draw.refusal"];

export async function checkDraws(v) {
  v.at(19);
  for (const { event, data, index } of v.entriesOf(...Object.keys(FIELDS))) requireFields(data, FIELDS[event], `entry ${index}`);
  const draws = [];
  for (const entry of v.entriesOf("draw.manifest")) draws.push(await begin(v, entry, draws));
  if (draws.length === 0) v.skip(19, "the log has no such entry");
  const last = new Map(draws.map((draw) => [draw.manifest.label, draw]));
  for (const draw of draws) {
    await checkKey(v, draw);
    await checkParties(v, draw);
    await checkResult(v, draw, last.get(draw.manifest.label) === draw);
    await checkReleases(v, draw);
  }
  const [digests, results] = [draws.map(({ digest }) => digest), draws.map(({ result }) => result)];
  for (const { index, event, data } of v.entriesOf("draw.result", ...OF_A_DRAW)) {
    const isKnown = event === "draw.result" ? results.includes(index) : digests.includes(data.manifest);
    v.hold(isKnown, "entry {index} belongs to no draw", { index });
  }
}

async function begin(v, { index, data }, draws) {
  const digest = data.manifest;
  const folder = `draws/${digest}`;
  v.hold(draws.every((draw) => draw.digest !== digest), "the draw of entry {index} was logged twice", { index });
  const bytes = await v.document(`${folder}/manifest.json`, digest);
  const manifest = readManifest(bytes);
  requireThat(manifest.tender === v.tender, "manifest tender");
  const seats = new Map(v.ceremony.holders.map(({ kid, org }) => [kid, org ?? kid]));
  const trusted = v.trust.parties ?? [];
  const counted = manifest.parties.filter((party) => seats.has(party) || trusted.includes(keyOf(v, party, index)));
  const sides = new Set(counted.map((party) => seats.get(party) ?? party));
  v.hold(sides.size >= 2, "the parties of the draw are not independent of each other");
  return { index, digest, folder, manifest, text: textOf(bytes), commits: [], reveals: [], vkeys: {}, contributions: {} };
}

function keyOf(v, party, index) {
  const holder = v.ceremony.holders.find(({ kid }) => kid === party);
  const enrolled = v.enrolled.get(`party ${party}`) ?? [];
  return holder?.vkey ?? enrolled.filter((key) => key.index < index).at(-1)?.vkey;
}

async function checkKey(v, draw) {
  const found = v.entriesOf("draw.vrf").filter(({ data }) => data.vrf_pk === draw.manifest.vrf_pk);
  const isOne = found.length === 1 && found[0].index < draw.index;
  v.hold(isOne, "the key of the draw was not logged once before it");
  const path = `${draw.folder}/vrf-escrow.json`;
  const bytes = await v.document(path, found[0].data.doc);
  await v.signed(path, "vrf-escrow", bytes, v.trust.platform);
  draw.escrow = { document: textOf(bytes), note: await v.text(path.replace(/json$/, "sig")) };
}

function entriesOf(v, draw, event) {
  const found = v.entriesOf(event).filter(({ data }) => data.manifest === draw.digest);
  for (const { index } of found) v.hold(index > draw.index, "entry {index} comes before its draw", { index });
  return found;
}

async function checkParties(v, draw) {
  const commits = entriesOf(v, draw, "draw.commit");
  const reveals = entriesOf(v, draw, "draw.reveal");
  for (const [list, entries, said] of [["commits", commits, "{party} committed twice"], ["reveals", reveals, "{party} revealed twice"]]) {
    for (const { data, index } of entries) {
      const { party, doc } = data;
      v.hold(draw.manifest.parties.includes(party), "{party} is not a party of the draw", { party });
      v.hold(draw[list].every((one) => one.party !== party), said, { party });
      draw.vkeys[party] = keyOf(v, party, draw.index);
      const path = `${draw.folder}/${list}/${doc}.json`;
      const bytes = await v.document(path, doc);
      await v.signed(path, `draw-${list.slice(0, -1)}`, bytes, draw.vkeys[party]);
      draw[list].push({ party, index, document: textOf(bytes), note: await v.text(path.replace(/json$/, "sig")) });
    }
  }
  const latest = Math.max(-1, ...commits.map(({ index }) => index));
  v.hold(reveals.every(({ index }) => index > latest), "a contribution was revealed before all had committed");
  if (commits.length === 0) return;
  const checkpoint = await v.checkpoint(await v.text(`${draw.folder}/manifest.checkpoint`));
  v.hold(checkpoint.size > draw.index, "the checkpoint of the draw does not contain it");
  const first = commits.map(({ at }) => microsecondsOf(at)).reduce((one, other) => (one < other ? one : other));
  const isEarly = checkpoint.cosignatures.every(({ at }) => at * 1_000_000n <= first);
  v.hold(isEarly, "the draw was not witnessed before the first commitment");
}

async function checkResult(v, draw, isLast) {
  const path = `${draw.folder}/result.json`;
  if (!isLast) {
    const isBare = draw.reveals.length === 0 && !v.files.has(path);
    v.hold(isBare, "a draw that was given up has contributions or a result");
    return;
  }
  const { label } = draw.manifest;
  if (!v.files.has(path)) {
    v.notContained.push(say("the result of the draw {label}: there is none yet", { label }));
    return;
  }
  const bytes = await v.files.read(path);
  const digest = await digestOf(bytes);
  const logged = v.entriesOf("draw.result").filter(({ data }) => data.result === digest);
  v.hold(logged.length === 1, "{path} is not the document whose digest is in the log", { path });
  draw.result = logged[0].index;
  const isLater = [...draw.commits, ...draw.reveals].every(({ index }) => index < draw.result);
  v.hold(isLater, "the order of the draw is not the one that follows from it");
  const { commits, reveals, vkeys, text: manifest, escrow } = draw;
  const refusals = entriesOf(v, draw, "draw.refusal").map(({ data }) => data);
  const ceremony = await v.text("ceremony.json");
  const record = { manifest, ceremony, vrf_escrow: escrow, platform: v.trust.platform, commits, reveals, vkeys, refusals };
  const found = await recompute({ ...record, result: textOf(bytes) });
  v.checks[19] += 1;
  draw.contributions = JSON.parse(textOf(bytes)).contributions;
  for (const party of found.misdealt) {
    v.named.push({ kind: "escrow", who: party, said: say("the party put something else with the holders than it committed to") });
  }
}

// What holders opened: each share of a contribution is compared with the one that was dealt.
async function checkReleases(v, draw) {
  const seen = new Set();
  for (const { data } of entriesOf(v, draw, "draw.release")) {
    const { kid, deal, doc } = data;
    v.hold(!seen.has(`${kid} ${deal}`), "{kid} released twice", { kid });
    seen.add(`${kid} ${deal}`);
    const place = v.ceremony.holders.findIndex((holder) => holder.kid === kid);
    v.hold(place >= 0, "{kid} is not a key holder of this tender", { kid });
    const path = `${draw.folder}/releases/${doc}.json`;
    const bytes = await v.document(path, doc);
    await v.signed(path, "draw-release", bytes, v.ceremony.holders[place].vkey);
    const fields = ["tender", "kid", "manifest", "deal", "shares"];
    const release = readDocument(bytes, { type: "draw-release", fields, limit: LARGE });
    requireThat(release.kid === kid && release.manifest === draw.digest && release.deal === deal, "draw-release");
    if (deal === "draw") await compareShares(v, draw, { kid, place, shares: release.shares });
  }
}

async function compareShares(v, draw, { kid, place, shares }) {
  const { k, holders } = v.ceremony;
  for (const { party, share } of shares.filter((one) => one.party in draw.contributions)) {
    const ctx = await escrowContext({ manifest: draw.digest, party, tender: v.tender });
    const dealt = await sharesOf(fromB64u(draw.contributions[party], 32), { label: "draw", ctx, k, n: holders.length });
    if (share !== null && !sameBytes(fromB64u(share, 32), dealt[place])) {
      v.named.push({ kind: "false_share", who: kid, said: say("the holder released a false share") });
    }
  }
}
