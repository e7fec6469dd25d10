// The question that a form asks first, whatever types its answers and properties have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { gateOf } from "../src/form/gate.js";

const schema = (properties, key = "is_secret") => ({ components: [{ type: "group", components: [{ type: "radio", key, properties }] }, { type: "textfield", key: "name" }] });

test("a form without the property has no gate", () => {
  assert.equal(gateOf(schema({})), null);
  assert.equal(gateOf(schema({ gate: "false" })), null);
  assert.equal(gateOf({}), null);
});

for (const [gate, opening] of [["true", "false"], [true, false]]) {
  test(`gate ${typeof gate}: only the opening answer opens it, and no answer neither opens nor closes it`, () => {
    const { isOpen, isClosed, only } = gateOf(schema({ gate, gate_open: opening }));
    assert.deepEqual([isOpen({ is_secret: false }), isClosed({ is_secret: false })], [true, false]);
    assert.deepEqual([isOpen({ is_secret: true }), isClosed({ is_secret: true })], [false, true]);
    for (const nothing of [{}, { is_secret: null }, { is_secret: "" }]) assert.deepEqual([isOpen(nothing), isClosed(nothing)], [false, false]);
    assert.deepEqual(only({ is_secret: true, name: "x" }), { is_secret: true });
  });
}

test("a choice of words can be the gate", () => {
  const { isOpen, isClosed } = gateOf(schema({ gate: "true", gate_open: "公开" }, "kind"));
  assert.ok(isOpen({ kind: "公开" }));
  assert.ok(isClosed({ kind: "涉密" }));
});
