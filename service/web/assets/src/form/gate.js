// The question that a form asks first: until it has its opening answer (secret: no), nothing else leaves the page.
// A field is that question when it has the property `gate`; `gate_open` is the answer that opens the rest.

const all = (components) => components.flatMap((one) => [one, ...all(one.components ?? [])]);

/** The gate of a schema, or null. `isOpen` and `isClosed` look at answers; unanswered it is neither. */
export function gateOf(schema) {
  const field = all(schema.components ?? []).find(({ properties }) => String(properties?.gate) === "true");
  if (!field) return null;
  const opening = String(field.properties.gate_open ?? "true");
  const answer = (answers) => answers?.[field.key];
  const unanswered = (answers) => [undefined, null, ""].includes(answer(answers));
  const isOpen = (answers) => !unanswered(answers) && String(answer(answers)) === opening;
  return { isOpen, isClosed: (answers) => !unanswered(answers) && !isOpen(answers), only: (answers) => ({ [field.key]: answer(answers) }) };
}
