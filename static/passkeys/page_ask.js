// A page with one button for a passkey: sign-in, and the proof before what is grave.

import { Asking } from "./asking.js";
import { usePasskey } from "./authenticator.js";

const asking = new Asking(document.querySelector("[data-passkey]"));
const { urls, next } = asking.config;
const button = asking.find("[data-use]");

button.addEventListener("click", () => {
  void asking.attempt(async () => {
    const { answer } = await usePasskey(await asking.post(urls.ask));
    asking.status("passkey_sending");
    asking.goTo((await asking.post(urls.answer, { answer, next })).next);
  });
});

asking.root.hidden = false;
