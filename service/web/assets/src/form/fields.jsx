// What we put in place of form-js's own fields: files, money, tables, searched selects, lists and groups that can show a finding of their own, and the law at each.
import { DynamicList, Errors, Group } from "@bpmn-io/form-js-viewer";
import { writeFact } from "./amounts.js";
import { FileField } from "./files.jsx";
import { withLaw } from "./law.jsx";
import { NumberField } from "./money.jsx";
import { withPhrases } from "./phrases.jsx";
import { SelectField } from "./search.jsx";
import { TableField } from "./table.jsx";

const ANSWERED = ["checkbox", "checklist", "datetime", "expression", "radio", "taglist", "textarea", "textfield"];

const withErrors = (Field) => Object.assign(
  (props) => <><Field {...props} /><div class="fjs-form-field"><Errors id={`${props.domId}-error-message`} errors={props.errors ?? []} /></div></>,
  { config: Field.config },
);

// What the house has written into a field that nobody can change: an amount there reads as amounts do.
const withAmounts = (Field) => Object.assign(
  (props) => <Field {...props} value={props.readonly || props.disabled ? writeFact(props.value) : props.value} />,
  { config: Field.config },
);

class OurFields {
  constructor(formFields) {
    const ours = { filepicker: FileField, number: NumberField, select: SelectField, table: TableField, dynamiclist: withErrors(DynamicList), group: withErrors(Group) };
    for (const type of ANSWERED) ours[type] = formFields.get(type);
    for (const type of ["textarea", "textfield"]) ours[type] = withAmounts(ours[type]);
    ours.textarea = withPhrases(ours.textarea);
    for (const [type, Field] of Object.entries(ours)) if (Field) formFields.register(type, withLaw(Field));
  }
}
OurFields.$inject = ["formFields"];

/** The didi module for `createForm`; `uploads` is what the file field asks, `laws` what every field asks. */
export const ourFields = (uploads, laws) => ({ __init__: ["ourFields"], ourFields: ["type", OurFields], uploads: ["value", uploads], laws: ["value", laws] });
