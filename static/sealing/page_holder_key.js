// A key holder makes its keys; only their public halves and a file locked by the passphrase leave the page.

import { locks } from "./background.js";
import { toB64, toB64u } from "./canonical.js";
import { keysFrom, lockSecrets, makeHolderSecrets } from "./keys.js";
import { Page } from "./page.js";
import { postJson } from "./platform.js";

const page = new Page();

// An earlier key file keeps its signing key: the name under which a holder signs should not change with every tender.
async function secretsFor(name) {
  if (!page.hasWrapped()) return [makeHolderSecrets(name), page.newPassphrase()];
  const earlier = await page.ownSecrets("holder");
  return [makeHolderSecrets(earlier.name, { seed: earlier.ed25519 }), page.opened];
}

page.onSubmit(async () => {
  const { name, file_name: file, urls, csrf } = page.config;
  const [secrets, passphrase] = await secretsFor(name);
  page.status("working_keys");
  page.progress(null);
  const { signer, box } = await keysFrom(secrets);
  const wrapped = await lockSecrets(secrets, passphrase, { locks });
  await page.keepForPasskey(wrapped, passphrase);
  page.status("working_sending");
  const [pk, vkey] = [toB64u(box.pk), signer.vkey];
  const { next } = await postJson(urls.key, { pk, vkey, wrapped: toB64(wrapped) }, { csrf });
  page.finish({ show: { pk, vkey }, downloads: { wrapped: { bytes: wrapped, file } }, next });
});
