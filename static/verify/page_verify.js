// The page on which anybody checks a bundle or a receipt: files are chosen or dropped, and none of them is sent.

import { textOf } from "../sealing/canonical.js";
import { checkBrowser } from "../sealing/browser_check.js";
import { readTrust } from "./anchors.js";
import { openZip } from "./files.js";
import { saidOf, verifyBundle, verifyReceipt } from "./verifying.js";
import { Broken, inLanguage, say } from "./words.js";

const root = document.querySelector("[data-verify]");
const language = document.documentElement.lang;
const MARKS = { passed: "✓", failed: "✗", "not applicable": "–", "not reached": "·" };
const given = { trust: null, chosen: [] };

function find(name) {
  return root.querySelector(`[data-${name}]`);
}

function t(sentence, values) {
  return inLanguage(say(sentence, values), language);
}

function element(kind, text, attributes = {}) {
  const made = Object.assign(document.createElement(kind), attributes);
  made.textContent = text;
  return made;
}

async function bytesOf(file) {
  return new Uint8Array(await file.arrayBuffer());
}

function take(files) {
  for (const file of files) {
    if (file.name.startsWith("trust") && file.name.endsWith(".json")) given.trust = file;
    else given.chosen = [...given.chosen.filter(({ name }) => name !== file.name), file];
  }
  find("taken").replaceChildren(...[given.trust, ...given.chosen].filter(Boolean).map(({ name }) => element("li", name)));
}

async function run() {
  if (given.trust === null) throw new Broken("the file {path} is missing", { path: "trust.json" });
  await checkBrowser();
  const trust = await readTrust(await bytesOf(given.trust));
  const bundle = given.chosen.find(({ name }) => name.endsWith(".zip"));
  if (bundle !== undefined) return showReport(await verifyBundle(await openZip(bundle), trust));
  const [document, note] = [".json", ".sig"].map((end) => given.chosen.find(({ name }) => name.endsWith(end)));
  if (document === undefined || note === undefined) {
    throw new Broken("the file {path} is missing", { path: document === undefined ? "*.zip, receipt.json" : "receipt.sig" });
  }
  return showReceipt(await verifyReceipt(await bytesOf(document), textOf(await bytesOf(note)), trust));
}

function showReceipt({ seal, tender, index, at }) {
  const sentence = "the receipt holds: seal {seal} of tender {tender} is entry {index} of the log, received {at} UTC";
  verdict(true, t(sentence, { seal, tender, index, at: at.replace("T", " ").replace("Z", "") }));
}

function showReport({ steps, failed, named, identities, notContained, tender, checks }) {
  const rows = steps.map(({ number, title, outcome, checks: count, why }) => {
    const row = element("tr", "");
    const reason = why === null ? "" : `· ${inLanguage(why, language)}`;
    const words = [`${MARKS[outcome]} ${t(outcome)}`, count > 0 ? `(${count})` : "", reason];
    row.append(element("td", String(number), { className: "number" }), element("td", inLanguage(title, language), { className: "title" }));
    row.append(element("td", words.filter(Boolean).join(" ")));
    row.dataset.step = `${number} ${outcome}`;
    return row;
  });
  find("steps").replaceChildren(...rows);
  find("table").hidden = false;
  const faults = named.map(({ who, said, seal }) => {
    const where = seal === undefined ? "" : t(" (seal {seal})", { seal: seal.slice(0, 16) });
    return t("{who}: {what}{where}", { who, what: said, where });
  });
  list("named", faults);
  list("identities", identities.map(({ payload, bidder, age }) => `${payload}.age ${bidder} ${age}`));
  list("missing", notContained.map((said) => inLanguage(said, language)));
  const sentence = notContained.length > 0 ? "VERIFIED, as far as the bundle goes: {checks} checks" : "VERIFIED: {checks} checks";
  verdict(failed === null, failed === null ? `${tender}  ${t(sentence, { checks })}` : t("NOT VERIFIED: step {number}", { number: failed }));
}

function list(name, lines) {
  find(name).replaceChildren(...lines.map((line) => element("li", line)));
  find(`${name}-panel`).hidden = lines.length === 0;
}

function verdict(isGood, words) {
  const place = find("verdict");
  place.textContent = words;
  place.className = `notice tone-${isGood ? "green" : "red"}`;
  place.hidden = false;
  place.focus();
}

function clear() {
  for (const name of ["table", "named-panel", "identities-panel", "missing-panel", "verdict"]) find(name).hidden = true;
}

async function start() {
  clear();
  root.setAttribute("aria-busy", "true");
  find("start").disabled = true;
  try {
    await run();
  } catch (error) {
    verdict(false, inLanguage(saidOf(error), language));
  }
  find("start").disabled = false;
  root.removeAttribute("aria-busy");
}

find("files").addEventListener("change", (event) => take(event.target.files));
find("form").addEventListener("submit", (event) => {
  event.preventDefault();
  void start();
});
const drop = find("drop");
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  take(event.dataTransfer.files);
});
