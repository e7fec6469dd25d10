// What we put in place of form-js's own fields: files, money, and lists and groups that can show a finding of their own.
import { DynamicList, Errors, Group } from "@bpmn-io/form-js-viewer";
import { FileField } from "./files.jsx";
import { NumberField } from "./money.jsx";

const withErrors = (Field) => Object.assign(
  (props) => <><Field {...props} /><div class="fjs-form-field"><Errors id={`${props.domId}-error-message`} errors={props.errors ?? []} /></div></>,
  { config: Field.config },
);

class OurFields {
  constructor(formFields) {
    formFields.register("filepicker", FileField);
    formFields.register("number", NumberField);
    formFields.register("dynamiclist", withErrors(DynamicList));
    formFields.register("group", withErrors(Group));
  }
}
OurFields.$inject = ["formFields"];

/** The didi module for `createForm`; `uploads` is what the file field asks. */
export const ourFields = (uploads) => ({ __init__: ["ourFields"], ourFields: ["type", OurFields], uploads: ["value", uploads] });
