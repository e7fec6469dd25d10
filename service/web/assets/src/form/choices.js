// Long lists: a page gets the newest entries of a register, and what is typed into a field asks the server for others.
import { read } from "../http.js";

const PAUSE = 200;

class Choices {
  #timers = new Map();
  #found = new Map();

  constructor(addresses, form) {
    Object.assign(this, { addresses, form });
  }

  /** Whether a list has more entries than this page. */
  knows(list) {
    return list in this.addresses;
  }

  /** The values that the server found by this text; null as long as it has not answered. */
  found(list, text) {
    return this.#found.get(keyOf(list, text)) ?? null;
  }

  /** Ask the server, as soon as nothing more is typed. */
  search(list, text) {
    if (!this.knows(list)) return;
    clearTimeout(this.#timers.get(list));
    if (!this.found(list, text)) this.#timers.set(list, setTimeout(() => this.#ask(list, text), PAUSE));
  }

  async #ask(list, text) {
    const items = (await read(`${this.addresses[list]}&q=${encodeURIComponent(text.trim())}`))?.items;
    if (!items) return; // what is offered already can still be chosen
    this.#found.set(keyOf(list, text), new Set(items.map(({ value }) => value)));
    const { initialData } = this.form._getState();
    const offered = initialData[list] ?? [];
    const known = new Set(offered.map(({ value }) => value));
    const more = items.filter(({ value }) => !known.has(value)); // only added: what is chosen elsewhere keeps its label
    this.form._setState({ initialData: { ...initialData, [list]: [...offered, ...more] } });
  }
}
Choices.$inject = ["choiceAddresses", "form"];

const keyOf = (list, text) => `${list} ${text.trim()}`;

/** The didi module for `createForm`; `addresses` maps lists (`valuesKey`) to where they are searched. */
export const searchedChoices = (addresses = {}) => ({ __init__: ["choices"], choices: ["type", Choices], choiceAddresses: ["value", addresses] });
