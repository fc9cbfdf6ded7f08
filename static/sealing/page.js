// What every page of ours does the same way: configuration, words, errors, progress, results, the own key.

import { Fault } from "./faults.js";
import { fromB64 } from "./canonical.js";
import { locks } from "./background.js";
import { checkBrowser } from "./browser_check.js";
import { keysFrom, unlockSecrets } from "./keys.js";
import { getBytes } from "./platform.js";
import { passkeyLock } from "../passkeys/key_file.js";

const SHORTEST_PASSPHRASE = 10; // characters

// A refusal of input: [{field (an element), code, values}].
export class Incomplete extends Fault {
  constructor(problems) {
    super("incomplete", {}, problems.map(({ code }) => code).join(" "));
    this.name = "Incomplete";
    this.problems = problems;
  }
}

export class Page {
  constructor() {
    this.config = JSON.parse(document.getElementById("page-config").textContent);
    this.root = document.querySelector("[data-page]");
    this.form = this.find("form[data-form]");
    this.busy = false;
    if (this.form !== null) {
      this.form.noValidate = true; // our own check lists everything at once
      this.form.method = "dialog"; // outside a dialog: sends nothing anywhere, least of all a passphrase
    }
    this.passkey = this.form === null ? null : passkeyLock(this);
    this.usable = checkBrowser();
    this.usable.catch((error) => this.showErrors(error));
    addEventListener("beforeunload", (event) => {
      if (this.busy) event.preventDefault();
    });
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  // The page's words for a code; {name} is filled from `values`.
  say(code, values = {}) {
    const words = this.config.messages[code] ?? code;
    return words.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  show(values) {
    for (const [name, text] of Object.entries(values)) {
      for (const place of this.root.querySelectorAll(`[data-show="${name}"]`)) {
        place.textContent = place.dataset.instant === undefined ? String(text) : beijingTime(text);
      }
    }
  }

  status(code, values) {
    const place = this.find("[data-status]");
    if (place !== null) place.textContent = code === "" ? "" : this.say(code, values);
  }

  // A fraction, null for "takes a while", or nothing to hide it.
  progress(fraction) {
    const place = this.find("[data-progress]");
    if (place === null) return;
    const bar = place.matches("progress") ? place : place.querySelector("progress");
    place.hidden = fraction === undefined;
    bar.max = 1;
    if (typeof fraction === "number") bar.value = fraction;
    else bar.removeAttribute("value");
    const words = place.querySelector("[data-progress-words]");
    if (words !== null) words.textContent = typeof fraction === "number" ? `${Math.floor(fraction * 100)} %` : "";
  }

  clearErrors() {
    const place = this.find("[data-errors]");
    place.hidden = true;
    place.replaceChildren();
    for (const field of this.root.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
  }

  // Everything at once, where a screen reader hears it and the eye finds it; what was typed stays.
  showErrors(error) {
    const place = this.find("[data-errors]");
    const heading = document.createElement("h2");
    heading.textContent = this.say("error_title");
    const list = document.createElement("ul");
    list.append(...this.linesOf(error));
    place.replaceChildren(heading, list);
    place.hidden = false;
    place.focus();
  }

  linesOf(error) {
    if (error instanceof Incomplete) return error.problems.map((problem) => this.fieldLine(problem));
    if (error.code === "refused") return error.reasons.map((reason) => lineOf(reason));
    if (error instanceof Fault) return [lineOf(this.say(error.code, error.values))];
    return [lineOf(this.say("error_unexpected", { detail: String(error) }))];
  }

  fieldLine({ field, code, values }) {
    const words = this.say(code, { field: labelOf(field), ...values });
    if (field === undefined) return lineOf(words);
    field.setAttribute("aria-invalid", "true");
    if (field.id === "") field.id = `field-${crypto.randomUUID()}`;
    const link = document.createElement("a");
    link.href = `#${field.id}`;
    link.textContent = words;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      field.focus();
    });
    const line = document.createElement("li");
    line.append(link);
    return line;
  }

  // Run `act` once per submit, with the page marked busy, and show what goes wrong.
  async attempt(act) {
    if (this.busy) return;
    this.busy = true;
    const buttons = [...this.root.querySelectorAll("button")];
    const before = buttons.map((button) => button.disabled);
    for (const button of buttons) button.disabled = true;
    this.root.setAttribute("aria-busy", "true");
    this.clearErrors();
    let problem = null;
    try {
      await this.usable;
      await act();
    } catch (error) {
      problem = error;
    }
    this.busy = false;
    this.root.removeAttribute("aria-busy");
    this.progress();
    for (const [index, button] of buttons.entries()) button.disabled = before[index];
    if (problem === null) return;
    this.status("");
    this.showErrors(problem);
    if (!(problem instanceof Fault)) console.warn(problem);
  }

  onSubmit(act) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.attempt(act);
    });
  }

  // After success: the form goes, the result and its files come. `downloads`: {name: {bytes, file}}.
  finish({ show = {}, downloads = {}, next, status = "done" } = {}) {
    this.show(show);
    for (const [name, { bytes, file }] of Object.entries(downloads)) this.offer(name, bytes, file);
    const onward = this.find("[data-next]");
    if (onward !== null && typeof next === "string" && new URL(next, location.href).origin === location.origin) {
      onward.href = next;
      onward.hidden = false;
    }
    this.form.hidden = true;
    const result = this.find("[data-result]");
    if (result !== null) {
      result.hidden = false;
      result.tabIndex = -1;
      result.focus();
    }
    this.status(status);
  }

  offer(name, bytes, file) {
    const link = this.find(`[data-download="${name}"]`);
    if (link === null) return;
    link.href = URL.createObjectURL(new Blob([bytes], { type: "application/octet-stream" }));
    link.download = file;
    link.hidden = false;
  }

  field(name) {
    return this.form.elements.namedItem(name);
  }

  // A new passphrase: made for the passkey, or typed twice and long enough.
  newPassphrase() {
    if (this.passkey?.makes) return this.passkey.made;
    const [first, again] = [this.field("passphrase"), this.field("passphrase_again")];
    const problems = [];
    if ([...first.value].length < SHORTEST_PASSPHRASE) {
      problems.push({ field: first, code: "passphrase_short", values: { least: SHORTEST_PASSPHRASE } });
    }
    if (again !== null && first.value !== again.value) problems.push({ field: again, code: "passphrase_differs" });
    if (problems.length > 0) throw new Incomplete(problems);
    return first.value;
  }

  // Lets the passkey open a new key file, where that was chosen; before the file is handed in.
  async keepForPasskey(wrapped, passphrase) {
    if (!this.passkey?.makes && !this.passkey?.unlocks) return;
    await this.passkey.keep(wrapped, passphrase);
    const place = this.find("[data-made]");
    if (place !== null) place.hidden = !this.passkey.makes;
    this.show({ passphrase: this.passkey.makes ? passphrase : "" });
  }

  // What was typed; nothing when the passkey opens the key.
  ownPassphrase() {
    if (this.passkey?.unlocks) return "";
    const field = this.field("passphrase");
    if (field.value === "") throw new Incomplete([{ field, code: "field_missing" }]);
    return field.value;
  }

  hasWrapped() {
    return Boolean(this.config.wrapped || this.config.urls.wrapped || this.field("key_file")?.files.length);
  }

  // The own key file: chosen here, or kept by the platform (which cannot open it).
  async wrappedKey() {
    const chosen = this.field("key_file")?.files[0];
    if (chosen !== undefined) return new Uint8Array(await chosen.arrayBuffer());
    if (this.config.wrapped) return fromB64(this.config.wrapped);
    if (this.config.urls.wrapped) return getBytes(this.config.urls.wrapped);
    throw new Fault("key_missing");
  }

  // `opened` is the passphrase that opened the key, wherever it came from.
  async ownSecrets(kind) {
    const typed = this.ownPassphrase();
    const wrapped = await this.wrappedKey();
    this.opened = this.passkey?.unlocks ? await this.passkey.passphraseOf(wrapped) : typed;
    this.status("working_passphrase");
    this.progress(null);
    const secrets = await unlockSecrets(wrapped, this.opened, { kind, locks });
    if (this.passkey?.remembers) await this.passkey.keep(wrapped, this.opened);
    return secrets;
  }

  async ownKeys(kind) {
    return keysFrom(await this.ownSecrets(kind));
  }
}

function lineOf(words) {
  const line = document.createElement("li");
  line.textContent = words;
  return line;
}

// An instant of a document as the platform's pages write it.
function beijingTime(text) {
  const parts = { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "medium" };
  return new Intl.DateTimeFormat("sv-SE", parts).format(new Date(`${text.slice(0, 23)}Z`));
}

export function labelOf(field) {
  const words = field?.labels?.[0]?.cloneNode(true);
  words?.querySelector(".optional")?.remove();
  const label = words?.textContent ?? field?.getAttribute?.("aria-label") ?? field?.name ?? "";
  return label.replaceAll(/\s+/g, " ").trim();
}

