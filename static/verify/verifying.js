// All steps over one bundle, and one receipt by itself: the same as the program's, in the reader's own browser.

import { readCanonical, readTime, utf8 } from "../sealing/canonical.js";
import { Fault } from "../sealing/faults.js";
import { verifyProof } from "../sealing/log.js";
import { verifyDocument } from "../sealing/notes.js";
import { readDocument, requireFields, requireThat } from "../sealing/schemas.js";
import { Case } from "./case.js";
import { checkDraws } from "./draws.js";
import { checkOpenings, checkPayloads, checkReleases } from "./opening.js";
import { checkClose, checkFiles, checkKeys, checkLog, checkTender, replay } from "./until_close.js";
import { Broken, say } from "./words.js";

export const TITLES = [
  "the files are those of the index that the platform signed",
  "the log: signatures, witnesses, root",
  "the entries: form and times",
  "the keys of holders and bidders",
  "the tender and its key ceremony",
  "the deadline and its extensions",
  "the sealed bids, one after the other",
  "the receipts",
  "the withdrawals",
  "the close and the bids that it accepted",
  "witnesses and time stamps of the close",
  "keys handed in by bidders",
  "the holders' releases",
  "enough holders released",
  "the opening documents",
  "every bid's status, worked out again",
  "the bids' files, opened again",
  "rescues by bidders",
  "the draws, worked out again",
  "everything was looked at",
];
const WORK = [checkFiles, checkLog, checkTender, checkKeys, replay, checkClose, checkReleases, checkOpenings, checkPayloads, checkDraws, checkRest];
const LEFT_TO_THE_PROGRAM = ["bid.key", "bid.rescued"];

// {steps: [{number, title, outcome, checks, why}], fault, named, identities, notContained, tender, checks}
export async function verifyBundle(files, trust, { isPublic = true, onStep = () => {} } = {}) {
  const v = new Case(files, trust, { isPublic });
  let fault = null;
  try {
    for (const work of WORK) {
      onStep(v.step);
      await work(v);
    }
  } catch (error) {
    fault = saidOf(error);
  }
  const { tender, named, identities, notContained, step } = v;
  const steps = TITLES.map((title, place) => stepOf(v, place + 1, title, fault));
  const checks = v.checks.reduce((sum, count) => sum + count, 0);
  return { steps, fault, failed: fault === null ? null : step, named, identities, notContained, tender, checks };
}

function stepOf(v, number, title, fault) {
  const checks = v.checks[number];
  const said = { number, title: say(title), checks, why: null };
  if (fault !== null && number === v.step) return { ...said, outcome: "failed", why: fault };
  if (fault !== null && (number > v.step || checks === 0)) return { ...said, outcome: "not reached" };
  if (v.skipped.has(number)) return { ...said, outcome: "not applicable", why: v.skipped.get(number) };
  return { ...said, outcome: "passed" };
}

export function saidOf(error) {
  if (error instanceof Broken) return error.said;
  if (error instanceof Fault) return say("it is not in the form of the protocol: {why}", { why: error.message });
  return say("the verifier itself failed: {why}", { why: String(error) });
}

async function checkRest(v) {
  if (v.trust.tsa.length > 0) v.notContained.push(say("time stamps of others are checked by the program, with openssl"));
  v.at(20);
  v.hold(v.entriesOf(...LEFT_TO_THE_PROGRAM).length === 0, "a key layer of the bidders is checked by the program, not by this page");
  for (const path of v.files.members.keys()) {
    if (!v.files.used.has(path) && path !== "bundle.sig") throw new Broken("no step asks for the file {path}", { path });
  }
  v.checks[20] += 1;
  const count = v.withheld;
  if (count > 0) v.notContained.unshift(say("entries of the log: {count}; one of them could belong to this tender", { count }));
}

// {tender, seal, index, at, cosignatures} of a receipt that holds.
export async function verifyReceipt(bytes, note, trust) {
  const shape = { type: "receipt", fields: ["tender", "seal", "entry", "proof"], limit: 131_072 };
  const receipt = readDocument(bytes, shape);
  await verifyDocument("receipt", bytes, note, trust.platform);
  const entry = readCanonical(utf8(receipt.entry), { limit: 65_535 });
  requireFields(entry, ["v", "type", "t", "tender", "at", "salt", "data"], "entry");
  const isOfABid = ["bid.sealed", "bid.withdrawn"].includes(entry.t);
  requireThat(isOfABid && entry.tender === receipt.tender && entry.data.seal === receipt.seal, "receipt");
  const { index, checkpoint } = await verifyProof(receipt.proof, { ...trust, entry: utf8(receipt.entry) });
  const [found, quorum] = [checkpoint.cosignatures.length, trust.quorum];
  if (found < quorum) {
    throw new Broken("{found} witnesses have cosigned the checkpoint; {quorum} are needed", { found, quorum });
  }
  return { tender: receipt.tender, seal: receipt.seal, index: Number(index), at: readTime(entry.at), cosignatures: found };
}
