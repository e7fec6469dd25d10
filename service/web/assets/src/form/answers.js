// What a form holds: its visible answers, the place of each finding, and its answers as words for whoever signs them.
import { words } from "../i18n/words.js";
import { groupAmount, writeFact } from "./amounts.js";
import { isMoney } from "./money.jsx";

const instances = (form) => form.get("formFieldInstanceRegistry").getAll();
const fieldOf = (form, { id }) => form.get("formFieldRegistry").get(id);
const at = (data, path) => path.reduce((value, key) => value?.[key], data);
const errorPath = ({ id, indexes }) => [id, ...Object.values(indexes ?? {})];

function put(target, path, value) {
  path.slice(0, -1).reduce((place, key, i) => (place[key] ??= typeof path[i + 1] === "number" ? [] : {}), target)[path.at(-1)] = value;
}

/** The answers of all visible fields; a visible list without rows is an empty list. */
export function answersOf(form) {
  const data = form._getSubmitData();
  for (const instance of instances(form)) {
    const value = at(form._getState().data, instance.valuePath);
    if (fieldOf(form, instance)?.type === "dynamiclist" && Array.isArray(value) && !value.length) put(data, instance.valuePath, []);
  }
  return data;
}

/** What the form itself finds wrong, in the order of the page: [{instance, message}]. */
export function faultsOf(form) {
  const errors = form.validate();
  return inPageOrder(form, instances(form).flatMap((instance) => [at(errors, errorPath(instance)) ?? []].flat().map((message) => ({ instance, message }))));
}

/** Put the server's findings at their fields and return them as [{instance or null, message, rule, article}]. */
export function placeFindings(form, findings) {
  const errors = {};
  const placed = findings.map(({ field, message, rule, article }) => {
    const instance = instanceAt(form, field ?? "");
    if (instance) put(errors, errorPath(instance), [...(at(errors, errorPath(instance)) ?? []), message]);
    return { instance, message, rule, article };
  });
  form._setState({ errors });
  return inPageOrder(form, placed);
}

// "items.2.amount" is a field; "items.2" or a field that is hidden falls back to the list or group around it.
function instanceAt(form, field) {
  const keys = field.split(".");
  for (let length = keys.length; length > 0; length -= 1) {
    const path = keys.slice(0, length).join(".");
    const hit = instances(form).find(({ id, valuePath }) => fieldOf(form, { id })?.type !== "default" && valuePath?.length && valuePath.join(".") === path);
    if (hit) return hit;
  }
  return null;
}

function inPageOrder(form, faults) {
  const top = ({ instance }) => (instance ? elementOf(form, instance)?.getBoundingClientRect().top ?? Infinity : -Infinity);
  return faults.map((fault) => ({ fault, top: top(fault) })).sort((a, b) => a.top - b.top).map(({ fault }) => fault);
}

/** The element to focus for a field: its own control, or the first one of a list or group. */
export function elementOf(form, instance) {
  const id = CSS.escape(["fjs-form", form._id, errorPath(instance).join("_")].join("-"));
  const root = form._container;
  const control = root.querySelector(`:is(input, select, textarea, button, [tabindex])[id="${id}"], :is(input, select, textarea, button, [tabindex])[id^="${id}-"]`);
  const outer = root.querySelector(`[id="${id}"], [for^="${id}"]`)?.closest(".fjs-form-field");
  return control ?? outer?.querySelector("input:not([tabindex='-1']), select, textarea, button, [tabindex='0']") ?? outer;
}

/** "年度投资额 · 第 2 行 · 金额": a field named with the lists around it. */
export function labelOf(form, instance) {
  const registry = form.get("formFieldRegistry");
  const parts = [];
  for (let field = fieldOf(form, instance); field; field = registry.get(field._parent)) {
    const row = instance.indexes?.[field.id];
    if (row !== undefined) parts.unshift(words.row(row + 1));
    if (field.id === instance.id || row !== undefined) parts.unshift(plain(field.label ?? field.dateLabel ?? field.timeLabel) || field.key || field.path);
  }
  return parts.join(" · ");
}

const plain = (label) => (typeof label === "string" && !label.startsWith("=") ? label.trim() : "");

/** Every visible answer as {label, value}: what a signature stands under. */
export function answersInWords(form, files) {
  return instances(form).flatMap((instance) => {
    const field = fieldOf(form, instance);
    if (!field?.key || field.disabled) return [];
    return [{ label: labelOf(form, instance), value: inWords(form, field, at(form._getState().data, instance.valuePath), files) }];
  });
}

function inWords(form, field, value, files) {
  if (value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length)) return words.empty;
  if (field.type === "filepicker") return value.map((id) => files[id]?.name ?? words.unknownFile).join(words.comma);
  if (typeof value === "boolean") return value ? words.yes : words.no;
  if (isMoney(field)) return `${groupAmount(value)} ${words.yuan}`;
  if (field.readonly === true) return String(writeFact(value));
  const offered = offeredBy(form, field);
  const option = (one) => offered.find(({ value: candidate }) => candidate === one)?.label ?? (one?.label ?? String(one));
  return Array.isArray(value) ? value.map(option).join(words.comma) : option(value);
}

/** What a field offers for choice, as [{value, label}]: the schema's own options, or a list of the page. */
export function offeredBy(form, { values, valuesKey }) {
  const offered = valuesKey === undefined ? values : form._getState().initialData?.[valuesKey];
  return (Array.isArray(offered) ? offered : []).map((one) => (one !== null && typeof one === "object" ? one : { value: one, label: String(one) }));
}
