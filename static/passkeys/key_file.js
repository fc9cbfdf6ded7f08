// Key files that a passkey opens. The file itself is locked with a passphrase, as ever; the passphrase is encrypted
// under a secret that only the passkey gives out (its PRF), and the platform keeps that and cannot open it.
//
//   secret = PRF(salt)                      32 bytes, W3C Web Authentication Level 3, section 10.1.4
//   key    = HKDF-SHA256(secret, no salt, info "tsb/1 key file passphrase"), 32 bytes
//   sealed = nonce (12) || AES-256-GCM(key, nonce, passphrase as UTF-8, additional data: digest of the file as text)

import { concat, digestOf, fromB64u, fromHex, textOf, toB64u, utf8 } from "../sealing/canonical.js";
import { Fault } from "../sealing/faults.js";
import { getJson, postJson } from "../sealing/platform.js";
import { usePasskey } from "./authenticator.js";

const INFO = "tsb/1 key file passphrase";
const NONCE = 12;

export async function sealPassphrase(passphrase, { secret, file, nonce = random(NONCE) }) {
  const wish = { name: "AES-GCM", iv: nonce, additionalData: utf8(file) };
  return concat(nonce, new Uint8Array(await crypto.subtle.encrypt(wish, await keyFrom(secret), utf8(passphrase))));
}

export async function openPassphrase(sealed, { secret, file }) {
  const wish = { name: "AES-GCM", iv: sealed.subarray(0, NONCE), additionalData: utf8(file) };
  try {
    return textOf(new Uint8Array(await crypto.subtle.decrypt(wish, await keyFrom(secret), sealed.subarray(NONCE))));
  } catch {
    throw new Fault("passkey_other_file");
  }
}

// What the page of a key does with the person's passkeys; null where none of them can.
export function passkeyLock(page) {
  const { passkey } = page.config;
  const place = page.find("[data-with-passkey]");
  if (passkey === undefined || passkey.unlocking.length === 0 || place === null) return null;
  if (location.origin !== passkey.origin) return null;
  return new PasskeyLock(page, place);
}

class PasskeyLock {
  constructor(page, place) {
    this.page = page;
    this.config = page.config.passkey;
    this.box = place.querySelector("input");
    this.isNew = place.dataset.withPasskey === "new";
    this.made = toB64u(random(24));
    place.hidden = false;
    if (!this.isNew) void this.look(place);
    this.box.addEventListener("change", () => this.show());
  }

  // A file that the passkey opens already is opened with it unless the person says otherwise.
  async look(place) {
    const wrapped = await this.page.wrappedKey().catch(() => null);
    this.opens = wrapped !== null && this.config.files.includes(await digestOf(wrapped));
    this.box.checked = this.opens;
    for (const each of place.querySelectorAll("[data-when]")) each.hidden = (each.dataset.when === "opens") !== this.opens;
    this.show();
  }

  // Whether the passphrase is asked for: not when the passkey makes or opens it.
  show() {
    const asked = !this.box.checked || !(this.isNew || this.opens);
    for (const name of ["passphrase", "passphrase_again"]) {
      const field = this.page.field(name);
      if (field === null) continue;
      field.closest(".field").hidden = !asked;
      field.required = asked;
    }
  }

  get makes() {
    return this.isNew && this.box.checked;
  }

  get unlocks() {
    return !this.isNew && this.box.checked && this.opens === true;
  }

  get remembers() {
    return this.box.checked && !this.unlocks;
  }

  async passphraseOf(wrapped) {
    const file = await digestOf(wrapped);
    const rows = await getJson(this.address(file));
    if (rows.length === 0) throw new Fault("passkey_other_file");
    const { credential, secret } = await this.secret(rows.map((row) => row.credential));
    const row = rows.find((each) => each.credential === credential);
    return openPassphrase(fromB64u(row.sealed), { secret, file });
  }

  // Before the file goes anywhere: a passphrase that nobody knows must not be lost.
  async keep(wrapped, passphrase) {
    const file = await digestOf(wrapped);
    const { credential, secret } = await this.secret(this.config.unlocking.map(({ id }) => id));
    const sealed = toB64u(await sealPassphrase(passphrase, { secret, file }));
    await postJson(this.address(file), { credential, sealed }, { csrf: this.page.config.csrf });
  }

  // The question is the browser's own: what the passkey signs here goes nowhere, only its secret is used.
  async secret(allowed) {
    const { rp, salt, unlocking } = this.config;
    const known = unlocking.filter(({ id }) => allowed.includes(id));
    const options = {
      challenge: toB64u(random(32)),
      rpId: rp,
      userVerification: "required",
      allowCredentials: known.map(({ id, transports }) => ({ id, transports, type: "public-key" })),
    };
    this.page.status("passkey_asking");
    const { answer, secret } = await usePasskey(options, { salt: fromHex(salt) });
    if (secret === null) throw new Fault("passkey_no_secret");
    return { credential: answer.id, secret };
  }

  address(file) {
    return this.config.urls.passphrases.replace("FILE", file);
  }
}

async function keyFrom(secret) {
  const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const wish = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: utf8(INFO) };
  return crypto.subtle.deriveKey(wish, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}

function random(size) {
  return crypto.getRandomValues(new Uint8Array(size));
}
