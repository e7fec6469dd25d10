// Who else is at this task, and whether it is still to do: asked on opening, every 20 seconds and when the page is looked at again.
import { send } from "./http.js";
import { words } from "./i18n/words.js";

const EVERY = 20_000;

export function presence(root) {
  let over = false;
  let shown = "";
  let asking = false;

  async function ping() {
    if (over || asking || document.visibilityState === "hidden" || !root.isConnected) return;
    asking = true;
    try {
      const { status, body } = await send(root.dataset.url, { method: "PUT", json: {} });
      if (status === 200 && body) tell(body);
    } catch {
      // Without the network there is nothing to tell; the draft says so already.
    } finally {
      asking = false;
    }
  }

  function tell(told) {
    over = told.status === "done" || told.status === "cancelled";
    if (over) return told.closed_mine || submitting() ? undefined : show([closed(told), words.closedKept], true);
    const others = told.others.map(({ display_name: name, fills }) => (fills ? words.alsoFills(name) : words.alsoReads(name)));
    const here = told.others.some(({ display_name: name }) => name === told.held_by);
    show([...(told.held_by && !here ? [words.heldBy(told.held_by)] : []), ...others]);
  }

  const closed = ({ status, closed_by: who, closed_at: at }) => (status === "cancelled" ? words.closedCancelled : words.closedBy(who ?? words.theSystem, at ? readableTime(at) : ""));

  // Said again only when it has changed: a screen reader would repeat it every 20 seconds.
  function show(lines, trouble = false) {
    const text = lines.join("\n");
    if (text === shown) return;
    shown = text;
    root.classList.toggle("presence-over", trouble);
    root.replaceChildren(...lines.map((line) => Object.assign(document.createElement("p"), { textContent: line })));
  }

  setInterval(ping, EVERY);
  addEventListener("focus", ping);
  document.addEventListener("visibilitychange", ping);
  ping();
}

/** Whoever has just submitted it learns from the next page. */
const submitting = () => Boolean(document.querySelector("[data-action=submit][aria-disabled=true]"));

const readableTime = (iso) => new Date(iso).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "Asia/Shanghai" });
