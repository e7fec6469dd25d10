import assert from "node:assert/strict";
import { test } from "node:test";
import { restored } from "../src/form/restoring.js";

const schema = {
  components: [
    { type: "textfield", key: "name", readonly: true },
    { type: "group", components: [{ type: "textarea", key: "opinion" }, { type: "number", key: "amount", disabled: true }] },
  ],
};

test("what one typed comes back, and what the form only shows is the server's", () => {
  const draft = { variables: { name: "old", opinion: "mine", amount: "1" } };
  assert.deepEqual(restored({ schema, data: { name: "new", opinion: "", amount: "2" }, draft }), { name: "new", opinion: "mine", amount: "2" });
});

test("without a draft the server's data are taken as they are", () => {
  assert.deepEqual(restored({ schema, data: { name: "new" }, draft: null }), { name: "new" });
});
