// The file field: every chosen file is uploaded at once and the answer holds the ids. Works in groups and dynamic lists.
import { Description, Errors, FilePicker, FormContext, Label } from "@bpmn-io/form-js-viewer";
import { useContext, useRef, useState } from "preact/hooks";
import { NetworkFailure, upload } from "../http.js";
import { openPreview, previewOf } from "../preview.js";
import { words } from "../i18n/words.js";

/** A size as people read it: 2048 -> "2 KB". */
export function readableSize(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const [divisor, unit] = bytes < 1024 ** 2 ? [1024, "KB"] : [1024 ** 2, "MB"];
  return `${(bytes / divisor).toFixed(1).replace(/\.0$/, "")} ${unit}`;
}

/** What is known about files on this page: their facts by id, the limits, and how many uploads run. */
export class Uploads {
  constructor({ url, maxBytes, files, accepted = [] }) {
    Object.assign(this, { url, maxBytes, accepted: accepted.filter(Boolean), files: { ...files }, running: 0, added: null, stops: new Set() });
  }

  /** Break off whatever is being uploaded. */
  stop() {
    for (const stop of this.stops) stop.abort();
  }

  async add(file, { progress, stop }) {
    this.running += 1;
    this.stops.add(stop);
    try {
      const { status, body } = await upload(this.url, file, { progress, signal: stop.signal });
      if (status !== 200 && status !== 201) throw new Refused(body?.errors?.[0]?.message || body?.detail || body?.title || words.fileRefused(file.name));
      this.files[body.id] = body;
      return body.id;
    } finally {
      this.running -= 1;
      this.stops.delete(stop);
    }
  }
}

class Refused extends Error {}

export function FileField({ field, value, disabled, readonly, errors = [], domId, onChange }) {
  const uploads = useContext(FormContext).getService("uploads");
  const input = useRef(null);
  const [moving, setMoving] = useState([]); // uploads under way: {key, name, done, stop}
  const [refusals, setRefusals] = useState([]);
  const [over, setOver] = useState(false); // something is dragged over the field
  const ids = Array.isArray(value) ? value : [];
  const latest = useRef(ids); // several uploads end in any order; each must see what the others added
  latest.current = ids;
  const change = useRef(onChange);
  change.current = onChange;
  const many = field.multiple === true;
  const accept = typeof field.accept === "string" && !field.accept.startsWith("=") ? field.accept : "";

  const put = (next) => {
    latest.current = next;
    change.current({ value: next });
  };

  async function take(file) {
    const fault = refusal(file, accept, uploads);
    if (fault) return setRefusals((all) => [...all, fault]);
    const stop = new AbortController();
    const entry = { key: crypto.getRandomValues(new Uint32Array(1))[0], name: file.name, done: 0, stop };
    setMoving((all) => [...all, entry]);
    const progress = (done) => setMoving((all) => all.map((one) => (one.key === entry.key ? { ...one, done } : one)));
    try {
      const id = await uploads.add(file, { progress, stop });
      put(many ? [...latest.current.filter((one) => one !== id), id] : [id]);
      uploads.added?.();
    } catch (error) {
      if (error.name === "AbortError") return;
      setRefusals((all) => [...all, error instanceof NetworkFailure ? words.fileNetwork(file.name) : error.message]);
    } finally {
      setMoving((all) => all.filter((one) => one.key !== entry.key));
    }
  }

  const choose = ({ target }) => {
    const chosen = [...target.files];
    target.value = "";
    setRefusals([]);
    chosen.forEach(take);
  };
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    const dropped = [...event.dataTransfer.files];
    setRefusals(!many && dropped.length > 1 ? [words.oneFile] : []);
    (many ? dropped : dropped.slice(0, 1)).forEach(take);
  };
  const drag = (event) => {
    if (![...event.dataTransfer.types].includes("Files")) return;
    event.preventDefault();
    setOver(true);
  };
  const open = !disabled && !readonly && (many || ids.length === 0) && !(moving.length && !many);
  const hint = uploads.maxBytes ? words.upTo(readableSize(uploads.maxBytes)) : "";

  return (
    <div class={`fjs-form-field fjs-form-field-filepicker${errors.length ? " fjs-has-errors" : ""}${disabled ? " fjs-disabled" : ""}${over ? " files-over" : ""}`} onDragOver={open ? drag : undefined} onDragLeave={() => setOver(false)} onDrop={open ? drop : undefined}>
      <Label htmlFor={domId} label={field.label} required={field.validate?.required} />
      <ul class="files">
        {ids.map((id) => <FileRow key={id} id={id} facts={uploads.files[id]} remove={!disabled && !readonly && (() => put(ids.filter((one) => one !== id)))} />)}
        {moving.map((one) => (
          <li class="files-row" key={one.key}>
            <span class="files-name">{one.name}</span>
            <progress class="files-progress" value={one.done} max="1" aria-label={one.name} />
            <span class="files-size" role="status">{words.uploading(Math.round(one.done * 100))}</span>
            <button type="button" class="files-remove" aria-label={words.cancelUpload(one.name)} onClick={() => one.stop.abort()}>×</button>
          </li>
        ))}
        {!ids.length && !moving.length && (readonly || disabled) && <li class="files-none">{words.noFile}</li>}
      </ul>
      <input type="file" class="fjs-hidden" tabIndex={-1} ref={input} multiple={many} accept={accept || undefined} onChange={choose} aria-hidden="true" />
      {open && (
        <div class="files-choose">
          <button type="button" class="btn btn-sm" id={domId} aria-describedby={`${domId}-hint ${domId}-error-message`} onClick={() => input.current.click()}>
            {many ? words.chooseFiles : words.chooseFile}
          </button>
          <span class="files-hint" id={`${domId}-hint`}>{[words.dropHere, accept.replaceAll(",", " "), hint].filter(Boolean).join(" · ")}</span>
        </div>
      )}
      <Description id={`${domId}-description`} description={field.description} />
      <Errors id={`${domId}-error-message`} errors={[...refusals, ...errors]} />
    </div>
  );
}

FileField.config = {
  ...FilePicker.config,
  emptyValue: [],
  sanitizeValue: ({ value }) => (Array.isArray(value) ? value.filter((id) => typeof id === "string" || typeof id === "number") : []),
};

function FileRow({ id, facts, remove }) {
  const name = facts?.name ?? words.unknownFile;
  const preview = facts && previewOf(facts.url ? facts : { ...facts, url: `/api/v1/attachments/${id}` });
  return (
    <li class="files-row">
      {facts?.url ? <a class="files-name" href={facts.url}>{name}</a> : <span class="files-name">{name}</span>}
      {facts?.sha256 && <Hash sha256={facts.sha256} />}
      {preview && <button type="button" class="files-look" aria-label={words.previewFile(name)} onClick={() => openPreview({ ...facts, name, url: `/api/v1/attachments/${id}`, preview })}>{words.preview}</button>}
      <span class="files-size">{facts?.size === undefined ? id : readableSize(facts.size)}</span>
      {remove && <button type="button" class="files-remove" aria-label={words.removeFile(name)} onClick={remove}>×</button>}
    </li>
  );
}

/** The beginning of the check sum; all of it on hover, and copied by a click. */
function Hash({ sha256 }) {
  const [copied, setCopied] = useState(false);
  const copy = () => navigator.clipboard?.writeText(sha256).then(() => setCopied(true), () => {});
  return <button type="button" class="files-hash" title={`SHA-256 ${sha256}`} aria-label={words.copyHash(sha256.slice(0, 8))} onClick={copy}>{copied ? words.copied : sha256.slice(0, 8)}</button>;
}

function refusal(file, accept, { maxBytes, accepted }) {
  if (file.size === 0) return words.fileEmpty(file.name);
  if (maxBytes && file.size > maxBytes) return words.fileTooLarge(file.name, readableSize(file.size), readableSize(maxBytes));
  const endings = accept.split(",").map((one) => one.trim().toLowerCase()).filter((one) => one.startsWith("."));
  const ending = /\.[^.]+$/.exec(file.name)?.[0].toLowerCase() ?? "";
  if (accepted.length && !accepted.includes(ending)) return words.fileType(file.name, (endings.length ? endings : accepted).join(" "));
  if (endings.length && !endings.some((ending) => file.name.toLowerCase().endsWith(ending))) return words.fileType(file.name, endings.join(" "));
  return "";
}
