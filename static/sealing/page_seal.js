// The sealing page: check the offer, show it once more, encrypt and upload it, sign the seal, hand it in, and
// believe "accepted" only after the platform's signature and the log's proof have been verified.

import { memberNameFor } from "./archive.js";
import { locks, runJob } from "./background.js";
import { lockBidSecret } from "./bid_secret.js";
import { digestOf, utf8 } from "./canonical.js";
import { checkCeremony, checkSignatures } from "./ceremony.js";
import { Fault } from "./faults.js";
import { signDocument } from "./notes.js";
import { checkOffer, fillSummary, filesOf, growRows, keepFilled, offerBytes, readOffer } from "./offer.js";
import { Page } from "./page.js";
import { getBytes, postParts } from "./platform.js";
import { persistently, uploadSink } from "./upload.js";
import { checkReceipt } from "./verify.js";
import { signWithPasskey } from "../passkeys/signing.js";

const page = new Page();
const { config, form } = page;
const { urls, csrf } = config;
const check = page.find("[data-check]");

async function trustedCeremony() {
  const [bytes, signatures] = await Promise.all([getBytes(urls.ceremony), getBytes(urls.signatures)]);
  const ceremony = await checkCeremony(bytes);
  await checkSignatures(bytes, signatures, { ceremony, trusted: config.trusted });
  if ((ceremony.layer ?? "none") !== "none") throw new Fault("not_supported", { what: ceremony.layer });
  if (ceremony.tender !== config.tender) throw new Fault("mismatch", { what: "tender" });
  return { bytes, ceremony };
}

function envelopeToSeal() {
  const offer = offerBytes(readOffer(form, { currency: config.currency }));
  const first = { name: "form.json", title: "form.json", media: "application/json", blob: new Blob([offer]) };
  const files = filesOf(form).map((file, index) => ({ ...file, name: memberNameFor(index + 1, file.title) }));
  return { name: config.envelope, lot: config.lot, files: [first, ...files] };
}

// While it runs it can be stopped; nothing was handed in then, and what was uploaded is swept away later.
async function sealInBackground(ceremonyBytes) {
  const { bidder, replaces } = config;
  const input = { ceremonyBytes, bidder, replaces, envelopes: [envelopeToSeal()] };
  const stop = new AbortController();
  const { signal } = stop;
  const button = page.find("[data-cancel]");
  const onProgress = (fraction) => {
    page.progress(fraction);
    page.status("working_sealing", { percent: Math.floor(fraction * 100) });
  };
  const sinks = (envelope) => uploadSink(envelope, { urls, csrf, signal });
  if (button !== null) {
    button.hidden = false;
    button.disabled = false;
    button.onclick = () => stop.abort(new Fault("cancelled"));
  }
  try {
    return await runJob("seal", input, { onProgress, sinks, signal });
  } finally {
    if (button !== null) button.hidden = true;
  }
}

// The same seal may be handed in again: the platform answers with the same receipt.
async function handIn({ seal, note, digest }) {
  const person = await signWithPasskey(page, { kind: "seal", tender: config.tender, document: digest });
  const own = person === undefined ? {} : { passkey: utf8(JSON.stringify(person)) };
  page.status("working_sending");
  const answer = await persistently(() => postParts(urls.seals, { seal, sig: utf8(note), ...own }, { csrf }));
  page.status("working_verifying");
  const receiptBytes = utf8(answer.receipt);
  const expected = {
    tender: config.tender,
    bidder: config.bidder,
    seal: await digestOf(seal),
    replaces: config.replaces,
    deadline: answer.deadline ?? config.deadline, // it may have been extended since the page was loaded
    platform: config.platform,
    log: config.log,
    witnesses: config.witnesses,
  };
  const { entry, index } = await checkReceipt({ receiptBytes, note: answer.note, expected });
  return { ...answer, receiptBytes, entry, index };
}

async function sealOffer() {
  page.status("working_checking");
  const { bytes } = await trustedCeremony();
  const { signer } = await page.ownKeys("bidder");
  page.progress(0);
  const { seal, digest, secret } = await sealInBackground(bytes);
  page.progress(null);
  page.status("working_signing");
  const note = await signDocument("seal", seal, signer);
  return { seal, digest, note, bidSecret: await lockBidSecret(secret, page.opened, { locks }) };
}

// Sealed and uploaded, but not yet acknowledged: after a lost line the same seal is handed in, not a new one made.
let waiting = null;
form.addEventListener("input", () => {
  waiting = null;
});

async function sealAndHandIn() {
  waiting ??= await sealOffer();
  const { seal, note, digest, bidSecret } = waiting;
  page.status("working_sending");
  let done;
  try {
    done = await handIn(waiting);
  } catch (error) {
    if (error.code === "refused") waiting = null;
    throw error;
  }
  if (check !== null) check.hidden = true;
  page.finish({
    show: { reference: done.reference ?? digest, digest, at: done.entry.at, place: String(done.index) },
    downloads: {
      seal: { bytes: seal, file: "seal.json" },
      sig: { bytes: utf8(note), file: "seal.sig" },
      receipt: { bytes: done.receiptBytes, file: "receipt.json" },
      receipt_sig: { bytes: utf8(done.note), file: "receipt.sig" },
      bid_secret: { bytes: bidSecret, file: "bid-secret.age" },
    },
    next: done.next,
    status: "sealed",
  });
}

function showCheck(visible) {
  check.hidden = !visible;
  form.hidden = visible;
  const first = visible ? check : form.querySelector("input:not([type=hidden])");
  if (visible) check.tabIndex = -1;
  first?.focus();
}

page.onSubmit(async () => {
  checkOffer(form);
  page.ownPassphrase();
  if (check === null) return sealAndHandIn();
  fillSummary(check.querySelector("[data-summary]"), form);
  return showCheck(true);
});

check?.querySelector("[data-confirm]").addEventListener("click", () => {
  void page.attempt(async () => {
    try {
      await sealAndHandIn();
    } catch (error) {
      showCheck(false);
      throw error;
    }
  });
});
check?.querySelector("[data-back]").addEventListener("click", () => showCheck(false));

growRows(form, "line", config);
growRows(form, "adjustment", config);
keepFilled(form, config);
