// A key holder opens what was not shown: its shares of silent parties' contributions, or of the function's secret.

import { canonicalBytes, toB64u } from "./canonical.js";
import { checkOwnPlace } from "./ceremony.js";
import { openWrap } from "./dealing.js";
import { escrowContext, vrfContext } from "./draw.js";
import { signDocument } from "./notes.js";
import { readCeremony, requireSame } from "./schemas.js";

// `wanted`: {deal: "draw"|"vrf", manifest, tender, secrets: [{party|vrf_pk, ceremony, escrow}]} as the platform says.
export async function makeDrawRelease({ ceremonyBytes, wanted, kid, keys }) {
  const ceremony = readCeremony(ceremonyBytes);
  checkOwnPlace(ceremony, { kid, ...keys });
  requireSame(wanted.tender, ceremony.tender, "tender");
  const shares = [];
  for (const secret of wanted.secrets) shares.push(await shareOf(secret, { wanted, kid, box: keys.box }));
  const document = canonicalBytes({
    v: "tsb/1",
    type: "draw-release",
    tender: ceremony.tender,
    kid,
    manifest: wanted.manifest,
    deal: wanted.deal,
    shares,
  });
  return { document, note: await signDocument("draw-release", document, keys.signer) };
}

async function shareOf(secret, { wanted, kid, box }) {
  const { manifest, tender } = wanted;
  const isParty = wanted.deal === "draw";
  const ctx = isParty
    ? await escrowContext({ manifest, party: secret.name, tender })
    : await vrfContext({ ceremony: secret.ceremony, tender, vrf_pk: secret.name });
  const entry = secret.escrow.find((wrapped) => wrapped.kid === kid);
  const share = await openWrap(entry, { ...box, label: wanted.deal, ctx, kid });
  return { [isParty ? "party" : "vrf_pk"]: secret.name, share: share === null ? null : toB64u(share) };
}
