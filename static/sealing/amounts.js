// Amounts as people type them, as plain decimals, and in Chinese words for formal documents. Exact: in hundredths
// as BigInt, never as floating point.

const NUMBER = /^(-?)0*(\d{1,15})(?:\.(\d+))?$/;

function parts(text) {
  return NUMBER.exec(text.trim().replaceAll(/[,，\s]/g, ""));
}

// "1,234.5" → "1234.50" with two places, "1234.5" with more; null if it is not a number of at most `places`.
export function plainNumber(text, places) {
  const found = parts(text);
  if (found === null || (found[3] ?? "").length > places) return null;
  const [, sign, whole, fraction = ""] = found;
  const shown = places === 2 ? fraction.padEnd(2, "0") : fraction;
  const digits = shown === "" ? whole : `${whole}.${shown}`;
  return /[1-9]/.test(digits) ? sign + digits : digits; // there is no minus zero
}

export function hundredthsOf(text) {
  const plain = plainNumber(text, 2);
  return plain === null ? null : BigInt(plain.replace(".", ""));
}

export function amountText(hundredths) {
  const sign = hundredths < 0n ? "-" : "";
  const digits = String(hundredths < 0n ? -hundredths : hundredths).padStart(3, "0");
  return `${sign}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}

// quantity × unit price, half up to two places; null if either is not a number. Both may have eight places.
export function lineTotal(quantity, unitPrice) {
  const [a, b] = [quantity, unitPrice].map((text) => plainNumber(text, 8));
  if (a === null || b === null) return null;
  const scaled = (text) => {
    const [whole, fraction = ""] = text.split(".");
    return BigInt(whole + fraction.padEnd(8, "0"));
  };
  const product = scaled(a) * scaled(b); // in 10^-16
  const half = product < 0n ? -50_000_000_000_000n : 50_000_000_000_000n;
  return amountText((product + half) / 100_000_000_000_000n);
}

const DIGITS = "零壹贰叁肆伍陆柒捌玖";
const PLACES = ["", "拾", "佰", "仟"];
const GROUPS = ["", "万", "亿", "兆"];

// A whole number in capital words; an inner run of zeros is read once.
function wholeWords(yuan) {
  const digits = String(yuan);
  let words = "";
  let gap = false;
  for (const [index, digit] of [...digits].entries()) {
    const power = digits.length - 1 - index;
    if (digit !== "0") words += (gap && words !== "" ? "零" : "") + DIGITS[Number(digit)] + PLACES[power % 4];
    gap = digit === "0";
    if (power % 4 === 0 && /[1-9]/.test(digits.slice(Math.max(0, index - 3), index + 1))) words += GROUPS[power / 4];
  }
  return words === "" ? "零" : words;
}

// 大写金额 of an amount below 10^16 yuan, as bank forms want it: 壹佰元整, 伍角整, 壹元零陆分.
export function chineseWords(hundredths) {
  const fen = hundredths < 0n ? -hundredths : hundredths;
  const [yuan, jiao, cents] = [fen / 100n, Number((fen / 10n) % 10n), Number(fen % 10n)];
  let words = hundredths < 0n ? "负" : "";
  if (yuan > 0n || fen === 0n) words += `${wholeWords(yuan)}元`;
  if (jiao > 0) words += `${DIGITS[jiao]}角`;
  else if (cents > 0 && yuan > 0n) words += "零";
  return words + (cents > 0 ? `${DIGITS[cents]}分` : "整");
}
