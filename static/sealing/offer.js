// The offer form: reading its fields, filling in sums, listing them for a last look, and form.json.

import { canonicalBytes } from "./canonical.js";
import { amountText, chineseWords, hundredthsOf, lineTotal, plainAmount } from "./amounts.js";
import { Incomplete, labelOf } from "./page.js";

const TEXTS = ["price_words", "duration", "quality", "manager", "brand"];
const LINE_FIELDS = ["item", "unit", "quantity", "unit_price", "total"];
const ADJUSTMENT_FIELDS = ["label", "amount"];

function tidy(field) {
  const text = (field?.value ?? "").normalize("NFC").trim();
  if (text === "" || field.dataset.amount === undefined) return text;
  return plainAmount(text) ?? text;
}

function rowsOf(form, selector, names) {
  const rows = [...form.querySelectorAll(selector)];
  const read = (row) => Object.fromEntries(names.map((name) => [name, tidy(row.querySelector(`[data-field="${name}"]`))]));
  return rows.map(read).filter((row) => Object.values(row).some((text) => text !== ""));
}

// What the envelope says. Every value is text; amounts are plain decimals with two places.
export function readOffer(form, { currency }) {
  const value = (name) => tidy(form.elements.namedItem(name));
  const deposit = { form: value("deposit_form"), amount: value("deposit_amount"), reference: value("deposit_reference") };
  return {
    currency: value("currency") || currency,
    price: value("price"),
    ...Object.fromEntries(TEXTS.map((name) => [name, value(name)])),
    deposit,
    lines: rowsOf(form, "[data-line]", LINE_FIELDS),
    adjustments: rowsOf(form, "[data-adjustment]", ADJUSTMENT_FIELDS),
  };
}

export function offerBytes(offer) {
  return canonicalBytes(offer);
}

// Everything that is missing or not an amount, at once.
export function checkOffer(form) {
  const problems = [];
  for (const field of form.elements) {
    if (!("value" in field) || field.closest("template") !== null) continue;
    const empty = field.type === "file" ? field.files.length === 0 : field.value.trim() === "";
    if (empty && field.required) problems.push({ field, code: "field_missing" });
    else if (!empty && field.dataset.amount !== undefined && plainAmount(field.value) === null) {
      problems.push({ field, code: "amount_malformed" });
    }
  }
  if (problems.length > 0) throw new Incomplete(problems);
}

// The files of all file inputs, in order: [{title, media, blob}].
export function filesOf(form) {
  const inputs = [...form.querySelectorAll('input[type="file"][name="files"]')];
  return inputs.flatMap((input) =>
    [...input.files].map((file) => {
      const prefix = input.dataset.title === undefined ? "" : `${input.dataset.title} – `;
      return { title: prefix + file.name.normalize("NFC"), media: file.type || "application/octet-stream", blob: file };
    }),
  );
}

// ---- filling in ----------------------------------------------------------------------------------------------

function fill(field, text) {
  if (field === null || field.dataset.typed !== undefined) return;
  field.value = text;
}

function fillRow(row) {
  const [quantity, price, total] = ["quantity", "unit_price", "total"].map((name) => row.querySelector(`[data-field="${name}"]`));
  if (total === null) return;
  const product = lineTotal(quantity?.value ?? "", price?.value ?? "");
  if (product !== null) fill(total, product);
}

function sumOf(form) {
  const totals = [...form.querySelectorAll('[data-line] [data-field="total"]')].filter(({ value }) => value.trim() !== "");
  const amounts = totals.map(({ value }) => hundredthsOf(value));
  if (amounts.length === 0 || amounts.includes(null)) return null;
  return amountText(amounts.reduce((sum, amount) => sum + amount, 0n));
}

// A field that a person typed into is never filled again.
export function keepFilled(form, { words }) {
  form.addEventListener("input", ({ target }) => {
    if (target.dataset.field === "total" || ["price", "price_words"].includes(target.name)) {
      if (target.value.trim() === "") delete target.dataset.typed;
      else target.dataset.typed = "";
    }
    refill(form, { row: target.closest("[data-line]"), words });
  });
}

export function refill(form, { row = null, words }) {
  if (row !== null) fillRow(row);
  const price = form.elements.namedItem("price");
  const sum = form.querySelector("[data-sums-into-price]") === null ? null : sumOf(form);
  if (sum !== null) fill(price, sum);
  const amount = hundredthsOf(price.value);
  if (words === "zh" && amount !== null) fill(form.elements.namedItem("price_words"), chineseWords(amount));
}

// Rows that can be added and removed: container, template and button share a name.
export function growRows(form, name, { words } = {}) {
  const container = form.querySelector(`[data-${name}s]`);
  const template = form.querySelector(`template[data-${name}-template]`);
  form.querySelector(`[data-add-${name}]`)?.addEventListener("click", () => {
    container.append(template.content.cloneNode(true));
    container.lastElementChild.querySelector("input, select, textarea")?.focus();
  });
  container?.addEventListener("click", ({ target }) => {
    const button = target.closest(`[data-remove-${name}]`);
    if (button === null) return;
    button.closest(`[data-${name}]`).remove();
    refill(form, { words });
  });
}

// ---- the last look -------------------------------------------------------------------------------------------

function entry(label, text) {
  const [term, description] = [document.createElement("dt"), document.createElement("dd")];
  term.textContent = label;
  description.textContent = text;
  return [term, description];
}

function megabytes(size) {
  return `${(size / 1_048_576).toFixed(1)} MB`;
}

// Label and value of every filled field that goes into the envelope, rows and files included.
export function fillSummary(list, form) {
  const named = [...form.elements].filter((field) => field.name && field.value && !field.dataset.field);
  const plain = named.filter((field) => !["file", "password", "hidden"].includes(field.type) && field.type !== "submit");
  const rows = [...form.querySelectorAll("[data-line], [data-adjustment]")].map((row) =>
    entry(row.dataset.label ?? "", [...row.querySelectorAll("[data-field]")].map(tidy).filter(Boolean).join(" · ")),
  );
  const files = filesOf(form).map(({ title, blob }) => entry(title, megabytes(blob.size)));
  const shown = plain.map((field) => entry(labelOf(field), field.selectedOptions?.[0]?.textContent ?? tidy(field)));
  list.replaceChildren(...[...shown, ...rows, ...files].flat());
}
