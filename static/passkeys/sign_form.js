// A form whose document is signed with a passkey before it is sent: the answer travels in its hidden field.

import { Asking } from "./asking.js";
import { usePasskey } from "./authenticator.js";

for (const form of document.querySelectorAll("form[data-sign]")) {
  const asking = new Asking(form);
  const { kind, tender, document: digest } = form.dataset;
  const field = form.elements.namedItem("passkey");
  form.addEventListener("submit", (event) => {
    if (field.value !== "") return;
    event.preventDefault();
    event.stopPropagation(); // it is not sent yet, so that it may be sent once more
    const { submitter } = event;
    void asking.attempt(async () => {
      const { answer } = await usePasskey(await asking.post(asking.config.urls.sign, { kind, tender, document: digest }));
      field.value = JSON.stringify(answer);
      asking.status("passkey_sending");
      form.requestSubmit(submitter);
    });
  });
}
