// Makes form-js speak the page's language: it has no translation hook, so the English literals that a reader can see are
// rewritten to a call at build time. Open this when a new form-js version brings texts that test/form-texts.test.mjs reports.
import { parse } from "acorn";
import { fullAncestor } from "acorn-walk";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
export const VIEWER = join(here, "..", "node_modules", "@bpmn-io", "form-js-viewer", "dist", "index.es.js");
const TRANSLATOR = join(here, "..", "src", "i18n", "translate.js");

// Not prose: markup, drawing, wiring, and what only a form designer or a programmer reads.
const SILENT_KEYS = new Set(["class", "className", "d", "fill", "stroke", "style", "rel", "href", "type", "name", "group", "code", "key", "property"]);
const SILENT_CALLS = new Set(["useService", "fire", "_fire", "on", "off", "get", "set", "useKeyDownAction", "Symbol", "execute", "nextPrefixed",
  "setAttribute", "includes", "buildErrorState", "error"]);
const PROSE = /^\W*[A-Z][a-z]+\W*$|[A-Za-z]{2,} [a-z]|[a-z]{2,} $|^ [a-z]{2,}/;

// Seen by nobody who fills in a form, or (the last two) the notice that the bpmn.io licence wants unaltered.
const KEPT = new Set(["Value", "Field", "Form", "<!DOCTYPE html>\n<html><body><div>{0}",
  "Web-based tooling for BPMN, DMN, and forms powered by", "Powered by bpmn.io"]);

/** List what a reader can see, as {start, end, key, parts}; `key` has {0}, {1}… where code fills something in. */
export function visibleTexts(source) {
  const tree = parse(source, { ecmaVersion: "latest", sourceType: "module" });
  const found = [];
  fullAncestor(tree, (node, _state, ancestors) => {
    const literal = node.type === "Literal" && typeof node.value === "string";
    if (!literal && node.type !== "TemplateLiteral") return;
    const key = literal ? node.value : node.quasis.map((quasi, i) => quasi.value.cooked + (i < node.expressions.length ? `{${i}}` : "")).join("");
    if (KEPT.has(key)) return;
    const stop = literal && key === "." && endsProse(node, ancestors);
    if (!stop && (!PROSE.test(key.replace(/\{\d+\}/g, "")) || isSilent(ancestors))) return;
    found.push({ start: node.start, end: node.end, key, parts: literal ? [] : node.expressions.map((e) => source.slice(e.start, e.end)) });
  });
  return found;
}

function endsProse(node, ancestors) {
  const parent = ancestors.at(-2);
  return parent?.type === "BinaryExpression" && parent.operator === "+" && parent.right === node && ancestors.at(-3)?.callee?.property?.name === "push";
}

function isSilent(ancestors) {
  const chain = ancestors.slice(0, -1).reverse();
  const [parent] = chain;
  if (parent.type === "SwitchCase" || parent.type.startsWith("Import")) return true;
  if (parent.type === "BinaryExpression" && /^[=!]==?$/.test(parent.operator)) return true;
  if (parent.type === "Property" && (parent.key === ancestors.at(-1) || SILENT_KEYS.has(parent.key.name))) return true;
  for (const node of chain) {
    if (node.type === "NewExpression" && node.callee.name === "Error") return true;
    if (node.type === "CallExpression" && SILENT_CALLS.has(node.callee.name ?? node.callee.property?.name)) return true;
    if (node.type === "AssignmentExpression" && ["config", "$inject"].includes(node.left.property?.name)) return true;
    if (node.type === "VariableDeclarator" && /^[A-Z_0-9]+$/.test(node.id.name ?? "")) return true;
    if (node.type === "Property" && node.key.name === "create") return true;
  }
  return false;
}

/** Rewrite the visible literals of the viewer to calls of our translator. */
export function translated(source) {
  const edits = visibleTexts(source).sort((a, b) => b.start - a.start);
  let text = source;
  for (const { start, end, key, parts } of edits) {
    text = text.slice(0, start) + `__text(${[JSON.stringify(key), ...parts].join(", ")})` + text.slice(end);
  }
  return `import { text as __text } from ${JSON.stringify(TRANSLATOR)};\n${withIsoDates(text)}`;
}

// The viewer writes dates as the browser's locale does; here a date is 2026-04-07 on every machine.
function withIsoDates(source) {
  const swaps = [["const parts = new Intl.DateTimeFormat(locale)", "return 'yyyy-MM-dd';\n  const parts = new Intl.DateTimeFormat(locale)"], ["'01/01/1900'", "'1900-01-01'"]];
  return swaps.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`form-js no longer contains ${from}: look at withIsoDates`);
    return text.replace(from, to);
  }, source);
}

export function formTexts() {
  return {
    name: "form-texts",
    setup(build) {
      build.onLoad({ filter: /form-js-viewer[\\/]dist[\\/]index\.es\.js$/ }, ({ path }) => ({ contents: translated(readFileSync(path, "utf8")), loader: "js" }));
    },
  };
}
