// Amounts are read as people write them and never pass through a binary float.
import assert from "node:assert/strict";
import { test } from "node:test";
import { groupAmount, inWan, readAmount, withCents } from "../src/form/amounts.js";

test("thousands separators, full-width digits and currency signs are understood", () => {
  for (const text of ["3200000", "3,200,000", "３２０００００", "￥3，200，000 元", " 3200000 "]) assert.equal(readAmount(text), "3200000", text);
});

test("万 and 亿 multiply exactly", () => {
  assert.equal(readAmount("320万"), "3200000");
  assert.equal(readAmount("0.07万元"), "700");
  assert.equal(readAmount("1.23456789亿"), "123456789");
  assert.equal(readAmount("1.234567万"), "12345.67");
});

test("nothing is null and what is no number is NaN", () => {
  assert.equal(readAmount("  "), null);
  for (const text of ["abc", "1.2.3", "--1", ".", "12十"]) assert.equal(readAmount(text), "NaN", text);
});

test("more than two places are kept for the check to refuse, fewer are filled up", () => {
  assert.equal(withCents("1.234"), "1.234");
  assert.equal(withCents("1.2"), "1.20");
  assert.equal(withCents(null), null);
});

test("amounts larger than a float can hold stay exact", () => {
  assert.equal(groupAmount("12345678901234567890.10"), "12,345,678,901,234,567,890.10");
  assert.equal(groupAmount("-1234.5"), "-1,234.50");
});

test("units of ten thousand are offered from ten thousand on", () => {
  assert.equal(inWan("9999.99"), "");
  assert.equal(inWan("10000.00"), "1");
  assert.equal(inWan("3205000.50"), "320.50005");
});
