// A key holder releases its shares of every accepted bid, after the deadline and not before.

import { digestOf, microsecondsOf, textOf, utf8 } from "./canonical.js";
import { Page } from "./page.js";
import { signWithPasskey } from "../passkeys/signing.js";
import { getBytes, getJson, postJson } from "./platform.js";
import { checkLogged, makeRelease } from "./release.js";
import { readCeremony } from "./schemas.js";

const page = new Page();
const { kid, tender, stage, clock, urls, csrf, log, witnesses } = page.config;
const started = performance.now();

// The holder's own clock decides; only a database whose time is not the world's brings its own.
function now() {
  if (clock === undefined) return Date.now();
  return Number(microsecondsOf(clock.now) / 1000n) + performance.now() - started;
}

page.onSubmit(async () => {
  const [ceremonyBytes, closeBytes, listed, logged] = await Promise.all([
    getBytes(urls.ceremony),
    getBytes(urls.close),
    getJson(urls.seals),
    getJson(urls.logged),
  ]);
  const keys = await page.ownKeys("holder");
  page.status("working_checking");
  await checkLogged({ ceremony: readCeremony(ceremonyBytes), closeBytes, logged, log, witnesses });
  const seals = listed.map(({ seal }) => utf8(seal));
  const onItem = (done, all) => {
    page.status("working_shares", { done, all });
    page.progress(done / all);
  };
  const { release, note } = await makeRelease({ ceremonyBytes, closeBytes, seals, kid, keys, now: now(), stage, onItem });
  const digest = await digestOf(release);
  const passkey = await signWithPasskey(page, { kind: "release", tender, document: digest });
  page.status("working_sending");
  const text = textOf(release);
  const { next } = await postJson(urls.release, { release: text, note, passkey }, { csrf });
  const nulls = JSON.parse(text).shares.filter(({ share }) => share === null).length;
  page.finish({
    show: { count: listed.length, nulls, digest },
    downloads: { release: { bytes: release, file: "release.json" } },
    next,
  });
});
