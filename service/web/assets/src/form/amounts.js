// Amounts of money as people write them: text in, an exact decimal string out. No binary floats are involved.

/** Read "3,200,000", "￥320万" or "３２０" as a decimal string; null for nothing, "NaN" for what is no number. */
export function readAmount(text) {
  const plain = text.normalize("NFKC").replaceAll("。", ".").replace(/[,\s¥元]/g, "");
  if (plain === "") return null;
  const [, sign, whole, part = "", unit] = /^(-?)(\d*)(?:\.(\d*))?([万亿]?)$/.exec(plain) ?? [];
  if (sign === undefined || whole + part === "") return "NaN";
  const places = { "": 0, 万: 4, 亿: 8 }[unit];
  const digits = whole + part.padEnd(places, "0");
  const point = whole.length + places;
  const rest = digits.slice(point);
  return sign + (digits.slice(0, point).replace(/^0+(?=\d)/, "") || "0") + (rest ? `.${rest}` : "");
}

/** Write a decimal string with thousands separators and at least two places. */
export function groupAmount(value) {
  const [, sign, whole, part = ""] = /^(-?)(\d+)(?:\.(\d*))?$/.exec(String(value)) ?? [];
  if (whole === undefined) return value === "NaN" ? "" : String(value ?? "");
  return `${sign}${whole.replace(/\B(?=(\d{3})+$)/g, ",")}.${part.padEnd(2, "0")}`;
}

/** Write what the house says of a case: an amount there is a string of two decimal places, everything else stays as it is. */
export const writeFact = (value) => (/^-?\d+\.\d{2}$/.test(value) ? groupAmount(value) : value);

/** Give a decimal string its two places, as the store keeps money. */
export const withCents = (value) => (/^-?\d+(\.\d{0,2})?$/.test(value ?? "") ? groupAmount(value).replaceAll(",", "") : value);

/** The same in units of 10,000, or "" below that: "3200000.00" -> "320". */
export function inWan(value) {
  const [, whole, part = ""] = /^(\d{5,})(?:\.(\d*))?$/.exec(String(value)) ?? [];
  if (!whole) return "";
  const rest = (whole.slice(-4) + part).replace(/0+$/, "");
  return whole.slice(0, -4).replace(/\B(?=(\d{3})+$)/g, ",") + (rest ? `.${rest}` : "");
}
