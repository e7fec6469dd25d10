// Lists that are triaged by keyboard. Rows are [data-row] holding one main link; rows of tasks have [data-task] and can be picked.
import { NetworkFailure, send } from "./http.js";
import { picking } from "./picking.js";

export function inbox(root) {
  const rows = () => [...root.querySelectorAll("[data-row]")];
  const current = () => rows().find((row) => row.contains(document.activeElement));
  const picked = picking(root);
  const help = root.querySelector("[data-keys-dialog]");

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const next = all[Math.min(Math.max(all.indexOf(current()) + step, 0), all.length - 1)];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function say(words) {
    const said = root.querySelector("[data-said]");
    if (said) said.textContent = words;
  }

  /** Claim or release the row that has the focus, without a new page. */
  async function hold(verb) {
    const row = current();
    if (!row?.dataset.task || !root.dataset.claim) return;
    const title = row.querySelector("a").textContent;
    try {
      const { status, body } = await send(`${root.dataset.claim}${encodeURIComponent(row.dataset.task)}/${verb}`, { json: {} });
      if (status !== 200) return say(sentence(body) ?? root.dataset.failedWords);
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      return say(root.dataset.failedWords);
    }
    const claims = verb === "claim";
    const who = row.querySelector("[data-who]");
    if (who) who.textContent = claims ? root.dataset.mine : root.dataset.free;
    say((claims ? root.dataset.claimed : root.dataset.released) + title);
  }

  const act = {
    j: () => move(1),
    k: () => move(-1),
    "/": () => root.querySelector("[data-focus-filter]")?.focus(),
    x: () => picked.toggle(current()),
    X: () => picked.toggle(current(), true),
    a: () => (picked.count() ? root.querySelector("[data-bulk] [data-act]").click() : hold("claim")),
    r: () => hold("release"),
    "?": () => help?.showModal(),
  };
  const onlyTasks = new Set(["x", "X", "a", "r"]);

  document.addEventListener("keydown", (event) => {
    if (!root.isConnected || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const inField = event.target.closest("input:not([type=checkbox]), textarea, select, [contenteditable]");
    if (event.target.closest("dialog")) return;
    if (inField) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (event.key === "Escape") return closeMenu(event.target);
    if (!Object.hasOwn(act, event.key) || (onlyTasks.has(event.key) && !current())) return;
    event.preventDefault();
    act[event.key]();
  });
  root.querySelector("[data-keys]")?.addEventListener("click", () => help?.showModal());
  document.addEventListener("click", ({ target }) => {
    if (!root.isConnected) return;
    for (const menu of root.querySelectorAll("details.menu[open]")) if (!menu.contains(target)) menu.open = false;
  });
}

/** Escape closes an open menu and gives the focus back to what opened it. */
function closeMenu(target) {
  const menu = target.closest("details.menu[open]");
  if (!menu) return;
  menu.open = false;
  menu.querySelector("summary").focus();
}

const sentence = (problem) => (document.documentElement.lang === "en" ? problem?.detail_en : problem?.detail);
