// Every English text of form-js that a reader can see has a Chinese one, and no Chinese one is left over.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { VIEWER, translated, visibleTexts } from "../bundle/form-texts.mjs";

const chinese = JSON.parse(readFileSync(new URL("../src/i18n/form-js.zh-CN.json", import.meta.url)));
const source = readFileSync(VIEWER, "utf8");
const keys = new Set(visibleTexts(source).map(({ key }) => key));

test("every visible text of the form viewer is translated", () => {
  assert.ok(keys.has("Field is required."), "the scan finds the texts that everybody knows");
  assert.deepEqual([...keys].filter((key) => !chinese[key]?.trim()), []);
});

test("no translation is left over from another version of the viewer", () => {
  assert.deepEqual(Object.keys(chinese).filter((key) => !keys.has(key)), []);
});

test("a translation keeps the values that code fills in", () => {
  const dropped = new Set(["have at most {0} decimal digit{1}"]); // {1} is the English plural
  const holes = (text) => [...text.matchAll(/\{\d+\}/g)].map(String).sort();
  for (const key of keys) if (!dropped.has(key)) assert.deepEqual(holes(chinese[key] ?? ""), holes(key), key);
});

test("a text of a new version is reported", () => {
  const made = 'errors.push("A brand new message."); errors.push(`Only ${n} left of it`); jsx("div", { children: "Surprise", class: "fjs-new thing" });';
  assert.deepEqual(visibleTexts(made).map(({ key }) => key), ["A brand new message.", "Only {0} left of it", "Surprise"]);
});

test("the rewritten viewer still parses and has no untouched message", () => {
  const text = translated(source);
  assert.ok(text.includes('__text("Field is required.")'));
  assert.ok(!/push\('Field is required\.'\)/.test(text));
});
