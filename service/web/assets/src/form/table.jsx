// The table that only shows: amounts with thousands, 是/否, nothing as a dash; on a narrow page it scrolls within itself.
import { Label, Table, useExpressionEvaluation } from "@bpmn-io/form-js-viewer";
import { words } from "../i18n/words.js";
import { writeFact } from "./amounts.js";

const NUMBER = /^-?[\d,]+(\.\d+)?$/;

function cell(value) {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (Array.isArray(value)) return value.map(cell).join(words.comma) || "—";
  return String(writeFact(value));
}

export function TableField({ field, domId }) {
  const found = useExpressionEvaluation(field.dataSource ?? "");
  const rows = Array.isArray(found) ? found.filter((row) => row !== null && typeof row === "object") : [];
  const columns = field.columns ?? [];
  const numeric = new Set(columns.filter(({ key }) => rows.length && rows.every((row) => NUMBER.test(cell(row[key])) || cell(row[key]) === "—")).map(({ key }) => key));
  return (
    <div class="fjs-form-field fjs-form-field-table">
      <Label htmlFor={domId} label={field.label} />
      <div class="facts-table" tabIndex={0} role="region" aria-label={field.label}>
        <table id={domId}>
          <thead><tr>{columns.map(({ key, label }) => <th key={key} scope="col" class={numeric.has(key) ? "number" : undefined}>{label || key}</th>)}</tr></thead>
          <tbody>
            {rows.map((row, index) => <tr key={index}>{columns.map(({ key }) => <td key={key} class={numeric.has(key) ? "number" : undefined}>{cell(row[key])}</td>)}</tr>)}
            {!rows.length && <tr><td colSpan={columns.length || 1}>{words.nothing}</td></tr>}
          </tbody>
        </table>
      </div>
    </div>
  );
}
TableField.config = Table.config;
