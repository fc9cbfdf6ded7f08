// What this browser must be able to do, asked before anybody types a passphrase.

import { Fault } from "./faults.js";

const PARTS = {
  "WebAssembly": () => typeof WebAssembly === "object",
  "Worker": () => typeof Worker === "function",
  "streams": () => typeof TransformStream === "function",
  "isWellFormed": () => typeof String.prototype.isWellFormed === "function",
  "toReversed": () => typeof Array.prototype.toReversed === "function",
  "Ed25519": () => crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]),
  "X25519": () => crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]),
};

export async function checkBrowser() {
  // Browsers give no cryptography to pages that came over an open line.
  if (!isSecureContext) throw new Fault("insecure_address");
  for (const [name, has] of Object.entries(PARTS)) {
    const there = await Promise.resolve().then(has).catch(() => false);
    if (!there) throw new Fault("browser_too_old", { what: name }, name);
  }
}
