// The trust anchors: keys that reached the reader by another way than what is checked.

import { textOf } from "../sealing/canonical.js";
import { readVkey } from "../sealing/notes.js";
import { Broken } from "./words.js";

const FIELDS = ["origin", "log", "platform", "witnesses", "quorum", "holders", "tsa"];
const TIMED = 0x04;

export async function readTrust(bytes) {
  let trust;
  try {
    trust = JSON.parse(textOf(bytes));
  } catch {
    throw new Broken("{place}: {why}", { place: "trust.json", why: "JSON" });
  }
  const missing = FIELDS.find((field) => !Object.hasOwn(trust ?? {}, field));
  if (missing !== undefined) throw faulty(missing);
  if ((await readVkey(trust.log)).name !== trust.origin) throw faulty("origin");
  await readVkey(trust.platform);
  if (!Array.isArray(trust.witnesses) || !Number.isSafeInteger(trust.quorum)) throw faulty("witnesses");
  const keys = await Promise.all(trust.witnesses.map((vkey) => readVkey(vkey, { kind: TIMED })));
  if (new Set(keys.map(({ name }) => name)).size !== keys.length) throw faulty("witnesses");
  if (trust.quorum < 1 || trust.quorum > keys.length) throw faulty("quorum");
  if (!Array.isArray(trust.holders) || !Array.isArray(trust.tsa)) throw faulty("holders");
  return trust;
}

function faulty(field) {
  return new Broken("{place}: {why}", { place: "trust.json", why: field });
}
