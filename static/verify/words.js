// What this page says: the sentences of the verifier (the program), in English, and their Chinese where it is wanted.

import { CHINESE } from "./chinese.js";

export function say(sentence, values = {}) {
  return { sentence, values };
}

// What is checked does not hold, or cannot be read.
export class Broken extends Error {
  constructor(sentence, values = {}) {
    super(sentence);
    this.said = say(sentence, values);
  }
}

export function inLanguage({ sentence, values }, language) {
  const pattern = language.startsWith("zh") ? (CHINESE[sentence] ?? sentence) : sentence;
  return pattern.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? shown(values[name], language) : whole));
}

function shown(value, language) {
  if (value !== null && typeof value === "object" && "sentence" in value) return inLanguage(value, language);
  const text = String(value).replaceAll(/[^\P{C}]/gu, "\ufffd");
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}
