// Answering a rehearsal: the holder opens its wrap of a secret made for this purpose, and signs the share.
// Label and context differ from those of bids, so a rehearsal can never open a bid.

import { Fault } from "./faults.js";
import { canonicalBytes, digestOf, toB64u } from "./canonical.js";
import { checkOwnPlace } from "./ceremony.js";
import { openWrap, rehearsalContext } from "./dealing.js";
import { signDocument } from "./notes.js";
import { readCeremony, readRehearsal } from "./schemas.js";

// Bytes of ceremony.json and rehearsal.json in; {answer: bytes, note} out.
export async function answerRehearsal({ ceremonyBytes, rehearsalBytes, kid, keys }) {
  const ceremony = readCeremony(ceremonyBytes);
  checkOwnPlace(ceremony, { kid, ...keys });
  const rehearsal = readRehearsal(rehearsalBytes, { ceremony, digest: await digestOf(ceremonyBytes) });
  const ctx = await rehearsalContext(rehearsal);
  const entry = rehearsal.deal.find((wrapped) => wrapped.kid === kid);
  const share = await openWrap(entry, { ...keys.box, label: "rehearse", ctx, kid });
  if (share === null) throw new Fault("wrap_does_not_open", { kid });
  const answer = canonicalBytes({
    v: "tsb/1",
    type: "rehearsal-answer",
    tender: rehearsal.tender,
    kid,
    rehearsal: await digestOf(rehearsalBytes),
    share: toB64u(share),
  });
  return { answer, note: await signDocument("rehearsal-answer", answer, keys.signer) };
}
