// The select that is typed into: all words count, in any order, and what the page did not get the server finds (choices.js).
import { Description, Errors, FormContext, Label, Select } from "@bpmn-io/form-js-viewer";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import { words } from "../i18n/words.js";
import { offeredBy } from "./answers.js";

const plain = (text) => String(text).normalize("NFKC").toLowerCase();

function Search({ field, value, disabled, readonly, errors = [], domId, onChange, onBlur, onFocus }) {
  const { getService } = useContext(FormContext);
  const choices = getService("choices");
  const list = useRef(null);
  const [typed, setTyped] = useState(null); // null: nothing is being looked for, and the box shows what was chosen
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const options = offeredBy(getService("form"), field);
  const chosen = options.find((one) => one.value === value);
  const wanted = plain(typed ?? "").split(/\s+/);
  const found = typed?.trim() ? choices.found(field.valuesKey, typed) : null;
  const shown = options.filter((one) => found?.has(one.value) || wanted.every((word) => plain(one.label).includes(word)));
  const at = Math.min(active, shown.length - 1);
  const locked = disabled || readonly;
  useEffect(() => open && list.current?.children[at]?.scrollIntoView({ block: "nearest" }), [open, at]);

  const look = (text) => {
    setTyped(text);
    setOpen(true);
    setActive(0);
    if (text?.trim()) choices.search(field.valuesKey, text);
  };
  const close = () => {
    setOpen(false);
    setTyped(null);
  };
  const pick = (option) => {
    onChange({ value: option?.value ?? null });
    close();
  };
  const move = (event) => {
    if (event.key === "Escape" && open) close();
    else if (event.key === "Enter" && open && shown[at]) pick(shown[at]);
    else if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    else if (!open) look(null);
    else setActive(Math.max(0, Math.min(shown.length - 1, at + (event.key === "ArrowDown" ? 1 : -1))));
    event.preventDefault();
  };
  const state = `${errors.length ? " fjs-has-errors" : ""}${disabled ? " fjs-disabled" : ""}${readonly ? " fjs-readonly" : ""}`;
  return (
    <div class={`fjs-form-field fjs-form-field-select${state}`} onKeyDown={locked ? undefined : move}>
      <Label htmlFor={domId} label={field.label} required={field.validate?.required} />
      <div class={`fjs-input-group${disabled ? " disabled" : ""}${readonly ? " readonly" : ""}${errors.length ? " hasErrors" : ""}`}>
        <input class="fjs-input" id={domId} type="text" role="combobox" autoComplete="off" disabled={disabled} readOnly={readonly}
          placeholder={locked ? undefined : words.search} value={typed ?? chosen?.label ?? value ?? ""} title={chosen?.label}
          required={field.validate?.required} aria-invalid={errors.length > 0} aria-expanded={open} aria-controls={`${domId}-list`} aria-autocomplete="list"
          aria-activedescendant={open && shown.length ? `${domId}-option-${at}` : undefined}
          aria-describedby={`${domId}-description ${domId}-error-message`}
          onFocus={onFocus} onClick={() => !locked && !open && look(null)} onInput={({ target }) => look(target.value)}
          onBlur={() => { close(); onBlur?.(); }} />
        {!locked && chosen && (
          <button type="button" class="select-clear fjs-select-cross" tabIndex={-1} aria-label={words.clear} onMouseDown={(event) => { event.preventDefault(); pick(null); }}>×</button>
        )}
      </div>
      <div class="fjs-select-anchor">
        {open && (
          <div class="fjs-dropdownlist" id={`${domId}-list`} role="listbox" aria-label={field.label} ref={list} onMouseDown={(event) => event.preventDefault()}>
            {shown.map((one, index) => (
              <div key={one.value} class={`fjs-dropdownlist-item${index === at ? " focused" : ""}`} id={`${domId}-option-${index}`} role="option"
                aria-selected={one.value === value} onClick={() => pick(one)}>{one.label}</div>
            ))}
            {!shown.length && <div class="fjs-dropdownlist-empty">{found || !choices.knows(field.valuesKey) ? words.noneFound : words.searching}</div>}
          </div>
        )}
      </div>
      <Description id={`${domId}-description`} description={field.description} />
      <Errors id={`${domId}-error-message`} errors={errors} />
    </div>
  );
}

/** Replaces the viewer's "select": one that is searched gets its own box, every other the viewer's. */
export function SelectField(props) {
  return props.field.searchable === true ? <Search {...props} /> : <Select {...props} />;
}
SelectField.config = Select.config;
