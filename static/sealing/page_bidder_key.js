// A bidder makes the key that signs its bids; the platform keeps it locked and cannot open it.

import { locks } from "./background.js";
import { toB64 } from "./canonical.js";
import { keysFrom, lockSecrets, makeBidderSecrets } from "./keys.js";
import { Page } from "./page.js";
import { postJson } from "./platform.js";

const page = new Page();

page.onSubmit(async () => {
  const { name, file_name: file, urls, csrf } = page.config;
  const passphrase = page.newPassphrase();
  page.status("working_keys");
  page.progress(null);
  const secrets = makeBidderSecrets(name);
  const { signer } = await keysFrom(secrets);
  const wrapped = await lockSecrets(secrets, passphrase, { locks });
  await page.keepForPasskey(wrapped, passphrase);
  page.status("working_sending");
  const { next } = await postJson(urls.key, { vkey: signer.vkey, wrapped: toB64(wrapped) }, { csrf });
  page.finish({ show: { vkey: signer.vkey }, downloads: { wrapped: { bytes: wrapped, file } }, next });
});
