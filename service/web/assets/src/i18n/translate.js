// What form-js says, in the language of the page. The build rewrites its English literals to calls of text().
import chinese from "./form-js.zh-CN.json";

const table = (document.documentElement.lang || "zh-CN").startsWith("zh") ? chinese : {};

/** Translate `key` and fill {0}, {1}… with `parts`; a key without translation is shown as it is. */
export function text(key, ...parts) {
  return (table[key] ?? key).replace(/\{(\d+)\}/g, (_, index) => parts[index] ?? "");
}
