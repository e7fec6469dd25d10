// Phrases at an opinion (常用语): put one in, keep what was typed, delete one. A button opens a list; arrows, Enter and Escape work in it.
import { useEffect, useRef, useState } from "preact/hooks";
import { NetworkFailure, read, send } from "../http.js";
import { words } from "../i18n/words.js";

const ADDRESS = "/api/v1/me/phrases";
const LONGEST = 400;

/** Whether a field asks for an opinion. */
export const asksOpinion = ({ key }) => typeof key === "string" && (key === "opinion" || key.endsWith("_opinion"));

/** The text area with phrases below it where an opinion is asked. */
export function withPhrases(Field) {
  const WithPhrases = (props) => {
    const { field, value, disabled, readonly, onChange, domId } = props;
    if (!asksOpinion(field) || disabled || readonly) return <Field {...props} />;
    const put = (body) => {
      const before = value ?? "";
      onChange({ value: before && !before.endsWith("\n") ? `${before}${body}` : before + body });
      queueMicrotask(() => document.getElementById(domId)?.focus());
    };
    return <><Field {...props} /><Phrases typed={(value ?? "").trim()} put={put} domId={domId} /></>;
  };
  return Object.assign(WithPhrases, { config: Field.config });
}

function Phrases({ typed, put, domId }) {
  const [open, setOpen] = useState(false);
  const [items, setItems] = useState(null);
  const [fault, setFault] = useState("");
  const place = useRef(null);
  const button = useRef(null);

  async function load() {
    const found = await read(ADDRESS);
    setItems(found?.items ?? []);
    setFault(found ? "" : words.phrasesFailed);
  }

  useEffect(() => {
    if (!open) return undefined;
    load();
    const elsewhere = ({ target }) => !place.current?.contains(target) && setOpen(false);
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };

  async function change(address, options) {
    try {
      const { status, body } = await send(address, options);
      if (status < 300) return await load();
      setFault(body?.errors?.[0]?.[words.messageKey] ?? words.phrasesFailed);
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      setFault(words.phrasesFailed);
    }
  }

  const choose = (body) => {
    setOpen(false);
    put(body);
  };

  function onKeyDown(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && open) {
      event.stopPropagation();
      close();
    } else if (step) {
      event.preventDefault();
      if (!open) return setOpen(true);
      const all = [...place.current.querySelectorAll(".phrases-item, .phrases-keep")].filter((one) => !one.disabled);
      const at = all.indexOf(document.activeElement);
      all[at < 0 ? (step > 0 ? 0 : all.length - 1) : (at + step + all.length) % all.length]?.focus();
    }
  }

  const known = (items ?? []).some(({ body }) => body === typed);
  return (
    <div class="phrases" ref={place} onKeyDown={onKeyDown}>
      <button type="button" class="phrases-open" ref={button} aria-expanded={open} aria-controls={`${domId}-phrases`} onClick={() => setOpen(!open)}>{words.phrases}</button>
      {open && (
        <div class="phrases-box" id={`${domId}-phrases`} role="group" aria-label={words.phrases}>
          <ul>
            {(items ?? []).map(({ id, body }) => (
              <li key={id ?? body}>
                <button type="button" class="phrases-item" onClick={() => choose(body)}>{body}</button>
                {id && <button type="button" class="phrases-drop" aria-label={words.dropPhrase(body)} onClick={() => change(`${ADDRESS}/${id}`, { method: "DELETE" })}>×</button>}
              </li>
            ))}
          </ul>
          <button type="button" class="phrases-keep" disabled={!typed || known || typed.length > LONGEST} onClick={() => change(ADDRESS, { json: { body: typed } })}>{words.keepPhrase}</button>
          <p class="phrases-fault" role="status">{fault}</p>
        </div>
      )}
    </div>
  );
}
