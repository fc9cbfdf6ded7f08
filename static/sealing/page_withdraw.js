// A bidder takes its bid back before the deadline, with its signature.

import { canonicalBytes, digestOf, textOf } from "./canonical.js";
import { signDocument } from "./notes.js";
import { Page } from "./page.js";
import { postJson } from "./platform.js";

const page = new Page();
const { tender, bidder, seal, urls, csrf } = page.config;

page.onSubmit(async () => {
  const { signer } = await page.ownKeys("bidder");
  page.status("working_signing");
  const doc = canonicalBytes({ v: "tsb/1", type: "withdraw", tender, bidder, seal });
  const note = await signDocument("withdraw", doc, signer);
  page.status("working_sending");
  const { next } = await postJson(urls.withdraw, { doc: textOf(doc), note }, { csrf });
  page.finish({ show: { digest: await digestOf(doc) }, downloads: { doc: { bytes: doc, file: "withdraw.json" } }, next });
});
