// A key holder reads the ceremony as it really is, byte for byte, and signs it.

import { digestOf } from "./canonical.js";
import { checkCeremony, signCeremony } from "./ceremony.js";
import { Page } from "./page.js";
import { getBytes, postJson } from "./platform.js";

const page = new Page();
const { kid, urls, csrf, expected } = page.config;

function cell(text) {
  const place = document.createElement("td");
  place.textContent = text;
  return place;
}

function rowOf(holder) {
  const row = document.createElement("tr");
  row.classList.toggle("is-own", holder.kid === kid);
  const role = holder.role === undefined ? "" : page.say(`role_${holder.role}`);
  row.append(cell(holder.kid), cell(holder.org ?? ""), cell(role), cell(holder.vkey));
  return row;
}

// What is shown comes out of the very bytes that will be signed.
async function showCeremony() {
  const bytes = await getBytes(urls.ceremony);
  const ceremony = await checkCeremony(bytes, { expected });
  const { tender, k, holders, max_size: maxSize, rescue = "" } = ceremony;
  page.show({ digest: await digestOf(bytes), tender, k, n: holders.length, max_size: maxSize, rescue });
  page.find("[data-holders]")?.replaceChildren(...holders.map(rowOf));
}

page.onSubmit(async () => {
  const bytes = await getBytes(urls.ceremony);
  const keys = await page.ownKeys("holder");
  page.status("working_checking");
  const note = await signCeremony(bytes, { kid, keys, expected });
  page.status("working_sending");
  const { next } = await postJson(urls.sign, { note }, { csrf });
  page.finish({ show: { digest: await digestOf(bytes) }, next });
});

void page.attempt(showCeremony);
