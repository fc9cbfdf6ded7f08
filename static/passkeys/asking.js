// What every page that asks for a passkey does the same way: words, errors where the eye finds them, one act at a time.

import { Fault } from "../sealing/faults.js";
import { postJson } from "../sealing/platform.js";
import { checkPlace } from "./authenticator.js";

const CODES = { error_network: "passkey_network", error_server: "passkey_server" };

export class Asking {
  constructor(root) {
    this.root = root;
    this.config = JSON.parse(document.getElementById("passkey-config").textContent);
    this.busy = false;
  }

  find(selector) {
    return this.root.querySelector(selector);
  }

  say(code, values = {}) {
    const words = this.config.messages[code] ?? code;
    return words.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
  }

  status(code) {
    this.find("[data-status]").textContent = code === "" ? "" : this.say(code);
  }

  post(url, value = {}) {
    return postJson(url, value, { csrf: this.config.csrf });
  }

  showErrors(error) {
    const place = this.find("[data-errors]");
    const heading = document.createElement("h2");
    heading.textContent = this.say("passkey_title");
    const list = document.createElement("ul");
    for (const words of this.linesOf(error)) {
      const line = document.createElement("li");
      line.textContent = words;
      list.append(line);
    }
    place.replaceChildren(heading, list);
    place.hidden = false;
    place.focus();
  }

  linesOf(error) {
    if (error.code === "refused") return error.reasons;
    if (error instanceof Fault) return [this.say(CODES[error.code] ?? error.code, error.values)];
    return [this.say("passkey_failed", { detail: String(error) })];
  }

  // Run `act` once at a time; what goes wrong is shown, and true says that nothing did.
  async attempt(act) {
    if (this.busy) return false;
    this.busy = true;
    this.root.setAttribute("aria-busy", "true");
    this.find("[data-errors]").hidden = true;
    this.status("passkey_asking");
    try {
      checkPlace(this.config.origin);
      await act();
      return true;
    } catch (error) {
      this.status("");
      this.showErrors(error);
      return false;
    } finally {
      this.busy = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  // Where the platform says to go next; never to another one.
  goTo(next) {
    const url = new URL(next, location.href);
    if (url.origin === location.origin) location.assign(url.href);
  }
}
