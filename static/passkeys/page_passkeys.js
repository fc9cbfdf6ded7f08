// The page of one's passkeys: a new one is made by the browser and handed in under its name.

import { Fault } from "../sealing/faults.js";
import { Asking } from "./asking.js";
import { createPasskey } from "./authenticator.js";

const asking = new Asking(document.querySelector("[data-passkey]"));
const { urls } = asking.config;
const form = asking.find("form");

form.noValidate = true;
form.addEventListener("submit", (event) => {
  event.preventDefault();
  void asking.attempt(async () => {
    const field = form.elements.namedItem("name");
    const name = field.value.trim();
    field.toggleAttribute("aria-invalid", name === "");
    if (name === "") throw new Fault("passkey_name");
    const answer = await createPasskey(await asking.post(urls["new-passkey"]));
    asking.status("passkey_sending");
    asking.goTo((await asking.post(urls["register-passkey"], { name, answer })).next);
  });
});

asking.root.hidden = false;
