// The offer form: reading its fields, filling in sums, listing them for a last look, and form.json.

import { canonicalBytes } from "./canonical.js";
import { amountText, chineseWords, hundredthsOf, lineTotal, plainNumber } from "./amounts.js";
import { Incomplete, labelOf } from "./page.js";

const TEXTS = ["price_words", "duration", "quality", "manager"];
const OPTIONAL_TEXTS = ["brand", "deposit_form", "manager_certificates"];
const LINE_FIELDS = ["item", "unit", "quantity", "unit_price", "total"];
const ADJUSTMENT_FIELDS = ["reason", "amount"];
const LONGEST_TEXT = 2000; // characters of one text

// `data-amount="2"`: a number with at most so many decimal places; it goes out without separators.
function numberIn(field) {
  return plainNumber(field.value, Number(field.dataset.amount || 2));
}

function tidy(field) {
  const text = (field?.value ?? "").normalize("NFC").trim();
  if (text === "" || field.dataset.amount === undefined) return text;
  return numberIn(field) ?? text;
}

function rowsOf(form, selector, names) {
  const rows = [...form.querySelectorAll(selector)];
  const read = (row) => Object.fromEntries(names.map((name) => [name, tidy(row.querySelector(`[data-field="${name}"]`))]));
  return rows.map(read).filter((row) => Object.values(row).some((text) => text !== ""));
}

// What the envelope says: all text, numbers as plain decimals; optional fields are left out where they are empty.
export function readOffer(form, { currency }) {
  const value = (name) => tidy(form.elements.namedItem(name));
  const adjustments = rowsOf(form, "[data-adjustment]", ADJUSTMENT_FIELDS);
  const optional = OPTIONAL_TEXTS.map((name) => [name, value(name)]).filter(([, text]) => text !== "");
  return {
    currency: value("currency") || currency,
    price: value("price"),
    ...Object.fromEntries(TEXTS.map((name) => [name, value(name)])),
    deposit: value("deposit"),
    lines: rowsOf(form, "[data-line]", LINE_FIELDS),
    ...(adjustments.length > 0 ? { adjustments } : {}),
    ...Object.fromEntries(optional),
  };
}

export function offerBytes(offer) {
  return canonicalBytes(offer);
}

function problemOf(field) {
  const empty = field.type === "file" ? field.files.length === 0 : field.value.trim() === "";
  if (empty) return field.required ? { field, code: "field_missing" } : null;
  if (field.dataset.amount !== undefined && numberIn(field) === null) return { field, code: "amount_malformed" };
  if (field.type === "file") return null;
  if ([...field.value].length > LONGEST_TEXT) return { field, code: "text_too_long", values: { most: LONGEST_TEXT } };
  // What no platform stores as text: control characters, halves of characters.
  const broken = /[\x00-\x08\x0b-\x1f\x7f]/.test(field.value) || !field.value.isWellFormed();
  return broken ? { field, code: "text_malformed" } : null;
}

// A row that says anything must say its total, or what it adds to the price.
function rowProblems(form) {
  const rows = [...form.querySelectorAll("[data-line], [data-adjustment]")];
  return rows.flatMap((row) => {
    const fields = [...row.querySelectorAll("[data-field]")];
    const needed = fields.find(({ dataset }) => dataset.field === "total" || dataset.field === "amount");
    const filled = fields.some((field) => tidy(field) !== "");
    return filled && needed !== undefined && tidy(needed) === "" ? [{ field: needed, code: "field_missing" }] : [];
  });
}

// Everything that is missing or not a number, at once.
export function checkOffer(form) {
  const fields = [...form.elements].filter((field) => "value" in field && field.type !== "submit");
  const problems = [...fields.map(problemOf).filter((problem) => problem !== null), ...rowProblems(form)];
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
  const [row, term, description] = ["div", "dt", "dd"].map((name) => document.createElement(name));
  term.textContent = label;
  description.textContent = text;
  row.append(term, description);
  return row;
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
  list.replaceChildren(...shown, ...rows, ...files);
}
