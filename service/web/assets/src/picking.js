// Picking rows of a list: a box in each row, one for all, a range with Shift; the bar below counts them.
const BOXES = "[data-task] [name=task], [data-pick]";

export function picking(root) {
  let last = null;
  const boxes = () => [...root.querySelectorAll(BOXES)];
  const count = () => boxes().filter((box) => box.checked).length;

  function show() {
    const bar = root.querySelector("[data-bulk]");
    if (!bar) return;
    const picked = count();
    const words = bar.querySelector("[data-count]");
    words.textContent = words.dataset.words.replace("{n}", picked);
    for (const button of bar.querySelectorAll("[data-act]")) button.disabled = picked === 0;
    const all = root.querySelector("[data-pick-all]");
    if (!all) return;
    all.checked = picked > 0 && picked === boxes().length;
    all.indeterminate = picked > 0 && !all.checked;
  }

  function reach(box) {
    const all = boxes();
    const from = all.indexOf(last);
    const to = all.indexOf(box);
    if (from < 0) return;
    for (const one of all.slice(Math.min(from, to), Math.max(from, to) + 1)) one.checked = box.checked;
  }

  root.addEventListener("click", (event) => {
    const box = event.target.closest(`${BOXES}, [data-pick-all]`);
    if (!box) return;
    if (box.matches("[data-pick-all]")) for (const one of boxes()) one.checked = box.checked;
    else if (event.shiftKey) reach(box);
    if (box.matches(BOXES)) last = box;
    show();
  });
  // htmx puts in another list, of which nothing is picked; a browser that goes back picks again what was picked.
  document.addEventListener("htmx:afterSwap", () => root.isConnected && show());
  window.addEventListener("pageshow", show);
  show();

  return {
    count,
    toggle(row, range = false) {
      const box = row?.querySelector("[name=task], [data-pick]");
      if (!box) return;
      box.checked = range ? true : !box.checked;
      if (range) reach(box);
      last = box;
      show();
    },
  };
}
