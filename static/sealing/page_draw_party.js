// A party of a draw commits to its number, or shows it. The number is made here; until it is shown only the party's
// own key can open what the platform keeps of it.

import { Fault } from "./faults.js";
import { digestOf, fromB64u, textOf } from "./canonical.js";
import { contributionOf, keep, keptContribution, makeCommit, makeReveal } from "./draw.js";
import { signerFrom } from "./notes.js";
import { Page } from "./page.js";
import { getBytes, postJson } from "./platform.js";

const page = new Page();
const { act, party, kind, signs_as: signsAs, urls, csrf, kept, commit } = page.config;

async function ownContribution(seed, manifest) {
  const dice = page.field("dice").value;
  if (dice.trim() !== "") return contributionOf(dice);
  if (!kept) throw new Fault("kept_missing");
  return keptContribution(kept, { seed, manifest });
}

async function commitDocument({ manifestBytes, seed, signer, manifest }) {
  const contribution = await contributionOf(page.field("dice").value);
  const ceremonyBytes = await getBytes(urls.ceremony);
  const made = await makeCommit({ manifestBytes, ceremonyBytes, party, contribution, signer });
  return { ...made, kept: await keep(contribution, { seed, manifest }) };
}

page.onSubmit(async () => {
  const manifestBytes = await getBytes(urls.manifest);
  const manifest = await digestOf(manifestBytes);
  const secrets = await page.ownSecrets(kind);
  const seed = fromB64u(secrets.ed25519, 32);
  const signer = await signerFrom(signsAs || secrets.name, seed);
  page.status("working_signing");
  const isCommit = act === "commit";
  const made = isCommit
    ? await commitDocument({ manifestBytes, seed, signer, manifest })
    : await makeReveal({ manifestBytes, party, contribution: await ownContribution(seed, manifest), commit, signer });
  page.status("working_sending");
  const sent = { document: textOf(made.document), note: made.note, ...(isCommit ? { kept: made.kept } : {}) };
  const { next } = await postJson(urls.hand_in, sent, { csrf });
  page.finish({ show: { digest: await digestOf(made.document) }, next });
});
