// Saves what is typed a second after the last change, says how long ago, and tries again when the network returns.
import { NetworkFailure, send } from "../http.js";
import { words } from "../i18n/words.js";

const PAUSE = 1000;
const RETRY = 10_000;

export class Draft {
  #timer = null;
  #changed = false;
  #stopped = false;
  #savedAt = null;

  #going = Promise.resolve();

  /**
   * `read` gives the variables to keep, `show(text, isTrouble)` puts a line on the page. Without `url` nothing is kept; with a
   * `gate` (gate.js) nothing is kept until it is open.
   */
  constructor({ url, read, show, gate = null }) {
    Object.assign(this, { url, read, show, gate });
    if (!url) return;
    setInterval(() => this.#savedAt && !this.#changed && this.#tell(), 1000);
    addEventListener("online", () => this.#changed && this.save());
    addEventListener("beforeunload", (event) => this.#changed && !this.#stopped && event.preventDefault());
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#changed && this.save({ keepalive: true }));
  }

  touch() {
    if (!this.url || this.#stopped || !this.#mayKeep()) return;
    this.#changed = true;
    this.#later(PAUSE);
  }

  /** Save now; true when the server has it. `asked`: somebody pressed the button, and is told when nothing may be kept. */
  async save({ keepalive = false, asked = false } = {}) {
    clearTimeout(this.#timer);
    if (!this.url || this.#stopped) return false;
    this.#changed = false;
    if (!this.#mayKeep()) {
      if (asked) this.show(words.gateFirst, false);
      return false;
    }
    return (this.#going = this.#send({ keepalive }));
  }

  /** Have the server delete what it has kept: the gate was closed. A save that is under way must not come after it. */
  async discard(answers) {
    clearTimeout(this.#timer);
    this.#changed = false;
    this.#savedAt = null;
    if (!this.url || this.#stopped) return;
    await this.#going;
    try {
      const { status } = await send(this.url, { method: "PUT", json: { variables: answers } });
      if (status >= 400) throw new NetworkFailure(String(status));
      this.show(words.discarded, false);
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      this.show(words.notDiscarded, true);
      if (!this.#mayKeep()) this.#timer = setTimeout(() => this.#mayKeep() || this.discard(answers), RETRY);
    }
  }

  #mayKeep() {
    return !this.gate || this.gate.isOpen(this.read());
  }

  async #send({ keepalive }) {
    this.show(words.saving, false);
    try {
      const json = { variables: this.read() };
      const { status } = await send(this.url, { method: "PUT", json, keepalive: keepalive && JSON.stringify(json).length < 60_000 });
      if (status >= 400) throw new NetworkFailure(String(status));
      this.#savedAt = Date.now();
      if (!this.#changed) this.#tell();
      return true;
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      this.#changed = true;
      if (!this.#stopped) {
        this.show(words.notSaved, true);
        this.#later(RETRY);
      }
      return false;
    }
  }

  /** While a submission is under way nothing is saved; `resume` takes up where it stopped. */
  stop() {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  resume() {
    this.#stopped = false;
    if (this.#changed) this.#later(PAUSE);
  }

  #later(milliseconds) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.save(), milliseconds);
  }

  #tell() {
    const seconds = Math.max(1, Math.round((Date.now() - this.#savedAt) / 1000));
    const ago = seconds < 60 ? words.seconds(seconds) : seconds < 3600 ? words.minutes(Math.floor(seconds / 60)) : words.hours(Math.floor(seconds / 3600));
    this.show(words.savedAgo(ago), false);
  }
}
