// Demo sign-in: a button fills in its account name and moves on to the password.
export function offers(root) {
  const name = root.querySelector("[name=name]");
  root.addEventListener("click", ({ target }) => {
    const offer = target.closest("[data-name]");
    if (!offer) return;
    for (const other of root.querySelectorAll("[data-name]")) other.setAttribute("aria-pressed", String(other === offer));
    name.value = offer.dataset.name;
    root.querySelector("[name=password]").focus();
  });
}
