// Long lists: a page gets the newest entries of a register, and what is typed into the field asks the server for others.
import { read } from "../http.js";

const PAUSE = 200;

class Choices {
  #timers = new Map();
  #done = new Set();

  constructor(addresses, eventBus, form) {
    Object.assign(this, { addresses, form });
    eventBus.on("formField.search", ({ formField, value }) => {
      const list = formField.valuesKey;
      if (addresses[list]) this.#later(list, value.trim());
    });
  }

  #later(list, q) {
    clearTimeout(this.#timers.get(list));
    if (q && !this.#done.has(`${list} ${q}`)) this.#timers.set(list, setTimeout(() => this.#ask(list, q), PAUSE));
  }

  async #ask(list, q) {
    const items = (await read(`${this.addresses[list]}&q=${encodeURIComponent(q)}`))?.items;
    if (!items) return; // what is offered already can still be chosen
    this.#done.add(`${list} ${q}`);
    this.#add(list, items);
  }

  // Options are only added: a field forgets its value when it is no option any more.
  #add(list, items) {
    const { initialData } = this.form._getState();
    const known = new Set(initialData[list].map(({ value }) => value));
    const more = items.filter(({ value }) => !known.has(value));
    if (more.length) this.form._setState({ initialData: { ...initialData, [list]: [...initialData[list], ...more] } });
  }
}
Choices.$inject = ["choiceAddresses", "eventBus", "form"];

/** The didi module for `createForm`; `addresses` maps lists (`valuesKey`) to where they are searched. */
export const searchedChoices = (addresses = {}) => ({ __init__: ["choices"], choices: ["type", Choices], choiceAddresses: ["value", addresses] });
