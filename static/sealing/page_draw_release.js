// A key holder opens what was not shown in a draw.

import { digestOf, textOf } from "./canonical.js";
import { makeDrawRelease } from "./draw_release.js";
import { Page } from "./page.js";
import { getBytes, postJson } from "./platform.js";

const page = new Page();
const { kid, urls, csrf, wanted } = page.config;

page.onSubmit(async () => {
  const ceremonyBytes = await getBytes(urls.ceremony);
  const keys = await page.ownKeys("holder");
  page.status("working_checking");
  const { document, note } = await makeDrawRelease({ ceremonyBytes, wanted, kid, keys });
  page.status("working_sending");
  const { next } = await postJson(urls.hand_in, { document: textOf(document), note }, { csrf });
  page.finish({ show: { digest: await digestOf(document) }, next });
});
