// What the page says above a form: the error summary and other answers of the server. It takes the focus when it appears.
import { words } from "../i18n/words.js";
import { elementOf, labelOf } from "./answers.js";
import { sourceWords } from "./law.jsx";

const make = (tag, attributes = {}, ...children) => {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children.filter(Boolean));
  return element;
};

export class Messages {
  constructor(place, laws) {
    this.place = place;
    this.laws = laws;
    this.title = document.title;
  }

  clear() {
    this.place.replaceChildren();
    document.title = this.title;
  }

  /** Show one box; `link` is {href, text, elsewhere}. */
  say(title, text = "", { link, trouble = true } = {}) {
    const heading = make("h2", { className: "summary-title", textContent: title });
    const anchor = link && make("a", { href: link.href, textContent: link.text, ...(link.elsewhere && { target: "_blank", rel: "noopener" }) });
    this.#show(make("div", { className: trouble ? "summary" : "summary summary-note" }, heading, text && make("p", { textContent: text }), anchor && make("p", {}, anchor)));
  }

  /** Show findings as links to their fields. */
  list(form, faults) {
    const items = faults.map((fault) => {
      const { instance, message } = fault;
      const source = this.#source(fault);
      if (!instance) return make("li", {}, make("span", { textContent: message }), source);
      const link = make("a", { href: "#", textContent: `${labelOf(form, instance)}：${message}` });
      link.addEventListener("click", (event) => {
        event.preventDefault();
        const element = elementOf(form, instance);
        element?.focus({ preventScroll: true });
        element?.closest(".fjs-form-field")?.scrollIntoView({ block: "center" });
      });
      return make("li", {}, link, source);
    });
    const heading = make("h2", { className: "summary-title", textContent: words.summaryTitle(faults.length) });
    this.#show(make("div", { className: "summary" }, heading, make("p", { textContent: words.summaryHint }), make("ul", {}, ...items)));
    document.title = words.errorPrefix + this.title;
  }

  /** Which rule has found it, with the article's summary to open. */
  #source(fault) {
    const text = sourceWords(fault, this.laws);
    const article = this.laws.article(fault.article);
    if (!text || !article) return text && make("div", { className: "source", textContent: text });
    const title = make("strong", { textContent: `${article.regulation} ${article.ref} ${article.heading}` });
    const box = make("div", { className: "source-box" }, title, make("p", { textContent: article[words.summaryKey] }));
    return make("details", { className: "source" }, make("summary", { textContent: text }), box);
  }

  #show(box) {
    box.tabIndex = -1;
    box.setAttribute("role", "alert");
    this.place.replaceChildren(box);
    box.focus({ preventScroll: true });
    box.scrollIntoView({ block: "start" });
  }
}
