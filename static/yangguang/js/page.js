// Small conveniences of every page. Nothing here is needed to read or to send a form.
document.documentElement.classList.add("has-script");

document.addEventListener("click", async (event) => {
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    await navigator.clipboard.writeText(copy.dataset.copy);
    const before = copy.textContent;
    copy.textContent = copy.dataset.done;
    setTimeout(() => { copy.textContent = before; }, 2000);
  }
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.seat[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.seat[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// A form is sent once: a second click within the same page does nothing. Coming back lifts it.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || form.dataset.again !== undefined) return;
  if (form.dataset.sent) event.preventDefault();
  form.dataset.sent = "yes";
});
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});
