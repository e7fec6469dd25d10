// A search box over a list that is on the page whole: rows are [data-sift] with their words; groups without a hit are hidden.
export function sift(root) {
  const field = root.querySelector("[data-part=sift]");
  const none = root.querySelector("[data-part=none]");

  function show() {
    const terms = field.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let left = 0;
    for (const row of root.querySelectorAll("[data-sift]")) {
      row.hidden = !terms.every((term) => row.dataset.sift.toLowerCase().includes(term));
      if (!row.hidden) left += 1;
    }
    for (const group of root.querySelectorAll("[data-sift-group]")) group.hidden = !group.querySelector("[data-sift]:not([hidden])");
    if (none) none.hidden = left > 0;
  }

  field.addEventListener("input", show);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    field.value = "";
    show();
  });
  show();
}
