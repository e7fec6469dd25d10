// Records what npm's `feelin` answers to every expression of recorded.json. Run it where feelin is installed, after adding
// expressions there:  node record.mjs recorded.json
import { readFileSync, writeFileSync } from 'node:fs';
import { evaluate } from 'feelin';

function told(value) {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number') return Number.isFinite(value) ? { number: Number(value.toPrecision(12)) } : { number: String(value) };
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (Array.isArray(value)) return value.map(told);
  const kind = value.constructor?.name;
  if (kind === 'FeelRange') {
    const [start, end] = [told(value.start), told(value.end)];
    return { range: [value['start included'], start, end, value['end included']] };
  }
  if (typeof value === 'function' || kind === 'FeelFunction') return { function: true };
  if (value.iso !== undefined) return { iso: value.iso };
  return { context: Object.entries(value).map(([key, inner]) => [key, told(inner)]) };
}

function answer(source) {
  try {
    return told(evaluate(source, {}).value);
  } catch (error) {
    return { error: error.name === 'RangeError' ? 'no end' : 'syntax' };
  }
}

const file = process.argv[2];
const rows = JSON.parse(readFileSync(file, 'utf8'));
const lines = rows.map(([source]) => JSON.stringify([source, answer(source)]));
writeFileSync(file, `[\n${lines.join(',\n')}\n]\n`);
