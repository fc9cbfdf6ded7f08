// A bidder enrols its key for draws: the same secret as for bids, under the name of a party. Nothing secret is sent.

import { fromB64u } from "./canonical.js";
import { signerFrom } from "./notes.js";
import { Page } from "./page.js";
import { postJson } from "./platform.js";

const page = new Page();
const { signs_as: signsAs, urls, csrf } = page.config;

page.onSubmit(async () => {
  const secrets = await page.ownSecrets("bidder");
  const { vkey } = await signerFrom(signsAs, fromB64u(secrets.ed25519, 32));
  page.status("working_sending");
  const { next } = await postJson(urls.hand_in, { vkey }, { csrf });
  page.finish({ show: { vkey }, next });
});
