// A draft laid over what the server gives today: what one typed comes back, what the form only shows is always the server's.
const all = (components) => components.flatMap((one) => [one, ...(one.type === "dynamiclist" ? [] : all(one.components ?? []))]);

/** The data to open a form with. Fields that nobody can change here keep the server's value, whatever the draft says. */
export function restored({ schema, data, draft }) {
  const shown = all(schema.components ?? []).filter(({ readonly, disabled }) => readonly === true || disabled === true);
  const mine = { ...draft?.variables };
  for (const { key, path } of shown) delete mine[key ?? path];
  return { ...data, ...mine };
}
