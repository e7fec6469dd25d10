// Lists that are triaged by keyboard: j and k move, Enter opens, / goes to the filter. Rows are [data-row] holding one main link.
export function inbox(root) {
  const rows = () => [...root.querySelectorAll("[data-row]")];

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const at = all.findIndex((row) => row.contains(document.activeElement));
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    next.querySelector("a").focus();
    next.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("keydown", (event) => {
    if (!root.isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input, textarea, select, dialog, [contenteditable]")) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const act = { j: () => move(1), k: () => move(-1), "/": () => root.querySelector("[data-focus-filter]")?.focus() }[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
