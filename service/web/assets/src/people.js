// Choose people by a part of their name: what is found stands as buttons under the field, what is chosen as boxes above it.
import { read } from "./http.js";
import { words } from "./i18n/words.js";

const PAUSE = 200;

export function people(root) {
  const field = root.querySelector("input[name=to]");
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const [chosen, found] = [part("chosen"), part("found")];
  const required = field.required;
  let asked = 0;
  let timer = 0;

  field.removeAttribute("name"); // only what is chosen is sent
  field.addEventListener("input", () => {
    need();
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // Enter takes the first that was found, and does not send the form
    found.querySelector("button")?.click();
  });
  chosen.addEventListener("change", () => need());
  need();

  async function look() {
    const text = field.value.trim();
    const turn = ++asked;
    if (!text) return show([]);
    const answer = await read(`${root.dataset.url}&q=${encodeURIComponent(text)}`);
    if (turn === asked) show(answer?.items ?? [], true);
  }

  function show(items, looked = false) {
    const free = items.filter(({ account }) => !chosen.querySelector(`input[value="${CSS.escape(account)}"]`));
    found.replaceChildren(...free.map(choice));
    if (looked && !free.length) found.textContent = words.nobodyFound;
  }

  function choice({ account, display_name: name }) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "btn btn-sm", textContent: name, title: account });
    button.addEventListener("click", () => {
      chosen.append(box(account, name));
      field.value = "";
      show([]);
      need();
      field.focus();
    });
    return button;
  }

  function box(account, name) {
    const label = Object.assign(document.createElement("label"), { className: "form-check" });
    const input = Object.assign(document.createElement("input"), { type: "checkbox", className: "form-check-input", name: "to", value: account, checked: true });
    label.append(input, Object.assign(document.createElement("span"), { className: "form-check-label", textContent: name }));
    return label;
  }

  function need() {
    field.required = required && !chosen.querySelector("input:checked");
    field.setCustomValidity(field.required || field.value.trim() ? words.chooseSomebody : ""); // a name half typed is nobody yet
  }
}
