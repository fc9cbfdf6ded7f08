// Making keys, and keeping them in a file that a passphrase locks. A bidder has a signing key; a key holder has
// a signing key for the long term and one X25519 key for the tenders of a project.
//
// The key file is the age scrypt encryption of canonical JSON
//   {v:"tsb/1", type:"keys", kind:"bidder"|"holder", name, ed25519: b64u seed (, x25519: b64u secret)}.

import { Malformed } from "./faults.js";
import { canonicalBytes, fromB64u, readCanonical, toB64u } from "./canonical.js";
import { lock, unlock } from "./age.js";
import { holderKeyFrom } from "./dealing.js";
import { signerFrom } from "./notes.js";

function random32() {
  return crypto.getRandomValues(new Uint8Array(32));
}

export function makeBidderSecrets(name) {
  return { v: "tsb/1", type: "keys", kind: "bidder", name, ed25519: toB64u(random32()) };
}

// `seed` keeps the long-term signing key of an earlier tender; only the X25519 key is new then.
export function makeHolderSecrets(name, { seed = toB64u(random32()) } = {}) {
  return { v: "tsb/1", type: "keys", kind: "holder", name, ed25519: seed, x25519: toB64u(random32()) };
}

// Where the passphrase work is done: the page hands in the background, tests and tools do it on the spot.
const HERE = { lock, unlock };

export function lockSecrets(secrets, passphrase, { locks = HERE } = {}) {
  return locks.lock(canonicalBytes(secrets), passphrase);
}

export async function unlockSecrets(wrapped, passphrase, { kind, locks = HERE }) {
  const secrets = readCanonical(await locks.unlock(wrapped, passphrase));
  const fields = ["ed25519", "kind", "name", "type", "v", ...(kind === "holder" ? ["x25519"] : [])];
  const known = secrets?.v === "tsb/1" && secrets.type === "keys" && secrets.kind === kind;
  if (!known || Object.keys(secrets).join() !== fields.join()) throw new Malformed(`not a ${kind}'s key file`);
  return secrets;
}

// What works with the secrets: `signer` for notes and, for a holder, `box` = {key, pk} for wraps.
export async function keysFrom(secrets) {
  const signer = await signerFrom(secrets.name, fromB64u(secrets.ed25519, 32));
  if (secrets.kind === "bidder") return { signer };
  return { signer, box: await holderKeyFrom(fromB64u(secrets.x25519, 32)) };
}
