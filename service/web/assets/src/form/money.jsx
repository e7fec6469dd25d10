// The field for money: a form-js number that keeps two decimal places as a string. It shows thousands and understands 万.
import { Description, Errors, Label, Numberfield } from "@bpmn-io/form-js-viewer";
import { useState } from "preact/hooks";
import { words } from "../i18n/words.js";
import { groupAmount, inWan, readAmount, withCents } from "./amounts.js";

export const isMoney = (field) => field.type === "number" && field.decimalDigits === 2 && field.serializeToString === true;

function Money({ field, value, disabled, readonly, errors = [], domId, onChange, onBlur, onFocus }) {
  const [typed, setTyped] = useState(null); // what stands in the box while somebody writes in it
  const wan = inWan(value);
  const leave = () => {
    if (value !== "NaN") {
      setTyped(null);
      if (withCents(value) !== value) onChange({ value: withCents(value) });
    }
    onBlur?.();
  };
  const state = `${errors.length ? " fjs-has-errors" : ""}${disabled ? " fjs-disabled" : ""}${readonly ? " fjs-readonly" : ""}`;
  return (
    <div class={`fjs-form-field fjs-form-field-number money${state}`}>
      <Label htmlFor={domId} label={field.label} required={field.validate?.required} />
      <div class={`fjs-input-group${disabled ? " fjs-disabled" : ""}${readonly ? " fjs-readonly" : ""}${errors.length ? " hasErrors" : ""}`}>
        <input class="fjs-input money-input" id={domId} type="text" inputMode="decimal" autoComplete="off" disabled={disabled} readOnly={readonly}
          value={typed ?? groupAmount(value)} required={field.validate?.required} aria-invalid={errors.length > 0}
          aria-describedby={`${domId}-wan ${domId}-description ${domId}-error-message`}
          onFocus={onFocus}
          onInput={({ target }) => { setTyped(target.value); onChange({ value: readAmount(target.value) }); }}
          onBlur={leave} />
        <span class="fjs-input-adornment border-left border-radius-right"><span class="fjs-input-adornment-text">{words.yuan}</span></span>
      </div>
      <div class="money-wan" id={`${domId}-wan`}>{wan && words.wan(wan)}</div>
      <Description id={`${domId}-description`} description={field.description} />
      <Errors id={`${domId}-error-message`} errors={value === "NaN" ? errors.slice(0, 1) : errors} />
    </div>
  );
}

/** Replaces the viewer's "number": money gets its own box, every other number the viewer's. */
export function NumberField(props) {
  return isMoney(props.field) ? <Money {...props} /> : <Numberfield {...props} />;
}
NumberField.config = Numberfield.config;
