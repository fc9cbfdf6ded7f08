// A key holder shows that its key works: it answers the rehearsal of its tender.

import { digestOf, textOf } from "./canonical.js";
import { Page } from "./page.js";
import { getBytes, postJson } from "./platform.js";
import { answerRehearsal } from "./rehearsal.js";

const page = new Page();
const { kid, urls, csrf } = page.config;

page.onSubmit(async () => {
  const [ceremonyBytes, rehearsalBytes] = await Promise.all([getBytes(urls.ceremony), getBytes(urls.rehearsal)]);
  const keys = await page.ownKeys("holder");
  page.status("working_checking");
  const { answer, note } = await answerRehearsal({ ceremonyBytes, rehearsalBytes, kid, keys });
  page.status("working_sending");
  const { next } = await postJson(urls.answer, { answer: textOf(answer), note }, { csrf });
  page.finish({ show: { digest: await digestOf(answer) }, next });
});
