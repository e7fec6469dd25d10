// The form of a task or of a new case: draws it, keeps the draft, signs and submits. Markup: templates/components/form.html.
import { Form } from "@bpmn-io/form-js-viewer";
import flatpickr from "flatpickr";
import { Mandarin } from "flatpickr/dist/esm/l10n/zh.js";
import { answersInWords, answersOf, faultsOf, placeFindings } from "./form/answers.js";
import { searchedChoices } from "./form/choices.js";
import { Draft } from "./form/draft.js";
import { ourFields } from "./form/fields.jsx";
import { Uploads } from "./form/files.jsx";
import { gateOf } from "./form/gate.js";
import { Laws } from "./form/law.jsx";
import { Messages } from "./form/messages.js";
import { restored } from "./form/restoring.js";
import { askSignature } from "./form/signature.js";
import { NetworkFailure, newKey, send } from "./http.js";
import { words } from "./i18n/words.js";

const english = !document.documentElement.lang.startsWith("zh");
if (!english) flatpickr.localize(Mandarin);

export async function form(root) {
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const { submitUrl, draftUrl, uploadUrl, maxBytes, sign, signInUrl, nextUrl, process } = root.dataset;
  const given = JSON.parse(part("form-data").textContent);
  const uploads = new Uploads({ url: uploadUrl, maxBytes: Number(maxBytes) || 0, accepted: (root.dataset.accepted ?? "").split(" "), files: given.files });
  const laws = new Laws(given.articles);
  const messages = new Messages(part("messages"), laws);
  // Without its delay of 300 ms: whatever redraws the form meanwhile, an upload that ends, would take back what was just typed.
  const view = new Form({ container: part("form"), debounce: false, properties: { readOnly: Boolean(given.readonly) }, additionalModules: [ourFields(uploads, laws), searchedChoices(given.choices)] });
  await view.importSchema(given.schema, restored(given));
  part("form").removeAttribute("aria-busy");
  part("form").classList.toggle("form-readonly", Boolean(given.readonly));
  if (given.readonly) return;

  const state = part("saved");
  const gate = gateOf(given.schema);
  const draft = new Draft({ url: draftUrl, read: () => answersOf(view), gate, show: (text, trouble) => {
    state.textContent = text;
    state.classList.toggle("saved-trouble", trouble);
  } });
  if (given.draft?.saved_at) state.textContent = words.restored(readableMoment(given.draft.saved_at));
  let closed = gate?.isClosed(answersOf(view)) ?? false;
  view.on("field.updated", () => {
    const answers = gate && answersOf(view);
    if (gate && !gate.isOpen(answers)) uploads.stop();
    if (gate?.isClosed(answers) && !closed) draft.discard(gate.only(answers));
    else draft.touch();
    closed = gate?.isClosed(answers) ?? false;
  });
  uploads.added = () => gate && queueMicrotask(() => draft.save()); // so that the draft knows every file that may have to go with it

  const submitLabel = part("submit-label").textContent;
  let busy = false;
  let sent = { text: "", key: "" }; // the same content keeps its key, so that a lost answer cannot submit twice

  async function submit() {
    if (busy) return;
    document.activeElement?.blur?.(); // the viewer takes over what was typed last
    view._emit("presubmit");
    if (uploads.running) return messages.say(words.uploadsPending);
    laws.found([]);
    const faults = faultsOf(view);
    if (faults.length) return messages.list(view, faults);
    setBusy(true);
    try {
      await (sign === "true" ? signAndSend() : deliver({ variables: answersOf(view) }));
    } finally {
      setBusy(false);
    }
  }

  async function signAndSend(fault = "") {
    const password = await askSignature(part("signature"), answersInWords(view, uploads.files), fault);
    if (password === null) return;
    const again = await deliver({ variables: answersOf(view), signature: { password } });
    if (again) await signAndSend(again);
  }

  /** Send, show what came back; returns the message when only the signature was refused. */
  async function deliver(json) {
    draft.stop();
    part("submit-label").textContent = words.submitting;
    const whole = process ? { process, ...json } : json; // what starts a case names the process
    const text = JSON.stringify(whole);
    if (text !== sent.text) sent = { text, key: newKey() };
    let answer;
    try {
      answer = await send(submitUrl, { json: whole, key: sent.key });
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      messages.say(words.refused, words.network);
      draft.resume();
      return "";
    }
    if (answer.status < 300 && answer.body && !answer.redirected) {
      location.assign(nextUrl?.replace("/ID/", `/${answer.body.id}/`) ?? answer.body.next ?? location.href);
      return new Promise(() => {}); // stays busy until the next page is here
    }
    sent = { text: "", key: "" };
    draft.resume();
    draft.touch();
    return show(answer);
  }

  function show({ status, body, redirected }) {
    const told = (english && body?.detail_en) || body?.detail || body?.title || "";
    const signature = /signature|password/;
    if (status === 422 && body?.errors?.length) {
      const errors = body.errors.map((one) => ({ ...one, message: (english && one.message_en) || one.message }));
      const [first] = errors;
      if (sign === "true" && errors.length === 1 && signature.test(first.field)) return first.message;
      laws.found(errors);
      messages.list(view, placeFindings(view, errors));
    } else if (status === 422 && sign === "true" && signature.test(body?.type ?? "")) return told;
    else if (status === 401 || redirected) messages.say(words.refused, words.signedOut, { link: { href: signInUrl, text: words.signIn, elsewhere: true } });
    else if (status === 409) messages.say(words.conflict, `${told} ${words.conflictHint}`, { link: { href: location.href, text: words.reload } });
    else if (status === 413) messages.say(words.refused, words.tooLarge);
    else if (status === 429) messages.say(words.refused, told || words.tooMany);
    else messages.say(words.refused, status < 500 ? told || words.broken : words.broken);
    return "";
  }

  function setBusy(value) {
    busy = value;
    for (const button of root.querySelectorAll("[data-action]")) button.setAttribute("aria-disabled", String(value));
    if (!value) part("submit-label").textContent = submitLabel;
    if (value) messages.clear();
  }

  view.on("submit", submit);
  root.addEventListener("click", ({ target }) => {
    const action = target.closest("[data-action]")?.dataset.action;
    if (action === "submit") submit();
    if (action === "save" && !busy) draft.save({ asked: true });
  });
  root.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && submit());
}

function readableMoment(iso) {
  const moment = new Date(iso);
  return Number.isNaN(moment.valueOf()) ? iso : moment.toLocaleString(document.documentElement.lang, { month: "numeric", day: "numeric", hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
}
