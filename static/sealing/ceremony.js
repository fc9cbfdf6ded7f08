// The holder's checks before signing a ceremony: what stands in it is what was agreed, one's own key is one's own,
// and no single side reaches the threshold.

import { Fault } from "./faults.js";
import { fromB64u, readCanonical, textOf, toB64u, utf8 } from "./canonical.js";
import { refuseWeakHolderKey } from "./dealing.js";
import { readVkey, signDocument, verifyDocument } from "./notes.js";
import { isFullForm, readCeremony, requireFields, requireSame, requireThat } from "./schemas.js";

// One organisation, or tenderee and agency together (the agency is the tenderee's), must stay below k.
export function sidesAtThreshold({ holders, k }) {
  const sides = new Map();
  for (const { org, role } of holders) {
    const buying = role === "tenderee" || role === "agency";
    for (const side of [`org ${org}`, ...(buying ? ["buyer"] : [])]) sides.set(side, (sides.get(side) ?? 0) + 1);
  }
  return [...sides].filter(([, count]) => count >= k).map(([side]) => side);
}

// `expected`: {tender, k, envelopes, holders: [{kid, vkey}]} as agreed; fields left out are not compared.
export async function checkCeremony(bytes, { expected = {} } = {}) {
  const ceremony = readCeremony(bytes);
  for (const field of ["tender", "k"]) {
    if (field in expected) requireSame(ceremony[field], expected[field], field);
  }
  if ("envelopes" in expected) {
    requireSame(JSON.stringify(ceremony.envelopes), JSON.stringify(sorted(expected.envelopes)), "envelopes");
  }
  if ("holders" in expected) checkHolders(ceremony.holders, expected.holders);
  for (const { pk } of ceremony.holders) await refuseWeakHolderKey(fromB64u(pk, 32));
  if (isFullForm(ceremony)) {
    for (const { vkey } of ceremony.holders) await readVkey(vkey);
    requireThat(new Set(ceremony.holders.map(({ vkey }) => vkey)).size === ceremony.holders.length, "one vkey twice");
    const [side] = sidesAtThreshold(ceremony);
    if (side !== undefined) throw new Fault("threshold_reached", { side });
  }
  return ceremony;
}

function sorted(object) {
  return Object.fromEntries(Object.keys(object).sort().map((key) => [key, object[key]]));
}

function checkHolders(found, expected) {
  const line = ({ kid, vkey }) => `${kid} ${vkey}`;
  requireSame(found.map(line).join("\n"), [...expected].map(line).sort().join("\n"), "holders");
}

// One's own place in the ceremony: the keys in the file are the keys that the ceremony names.
export function checkOwnPlace(ceremony, { kid, signer, box }) {
  const place = ceremony.holders.find((holder) => holder.kid === kid);
  if (place === undefined) throw new Fault("not_a_holder", { kid });
  if (place.pk !== toB64u(box.pk)) throw new Fault("other_key_in_ceremony", { kid });
  if (place.vkey !== signer.vkey) throw new Fault("other_vkey_in_ceremony", { kid });
  return place;
}

// The note that goes into ceremony.sigs as {kid, note}.
export async function signCeremony(bytes, { kid, keys, expected }) {
  const ceremony = await checkCeremony(bytes, { expected });
  checkOwnPlace(ceremony, { kid, ...keys });
  return signDocument("ceremony", bytes, keys.signer);
}

// ceremony.sigs: one canonical line {kid, note} per holder, sorted. A bidder seals only when every holder has signed,
// and only for holders whose keys it knows from elsewhere, where it has such a list (`trusted`: vkeys).
export async function checkSignatures(bytes, signatures, { ceremony, trusted }) {
  const text = textOf(signatures);
  requireThat(text.endsWith("\n"), "ceremony.sigs does not end with a newline");
  const lines = text.slice(0, -1).split("\n").map((line) => readCanonical(utf8(line)));
  for (const line of lines) requireFields(line, ["kid", "note"], "a line of ceremony.sigs");
  const kids = (entries) => entries.map(({ kid }) => kid).join();
  requireSame(kids(lines), kids(ceremony.holders), "signatures of the ceremony");
  for (const [index, { kid, vkey }] of ceremony.holders.entries()) {
    if (trusted !== undefined && !trusted.includes(vkey)) throw new Fault("untrusted_holder", { kid });
    await verifyDocument("ceremony", bytes, lines[index].note, vkey);
  }
}
