// The dialog before a signature: shows what is signed and asks for the password. Markup: templates/components/signature.html.

/** Ask in `dialog`; `lines` is [{label, value}], `fault` a message about the last try. Resolves to the password, or null. */
export function askSignature(dialog, lines, fault = "") {
  const list = dialog.querySelector("[data-part=signed]");
  list.replaceChildren(...lines.flatMap(({ label, value }) => [element("dt", label), element("dd", value)]));
  const password = dialog.querySelector("input[type=password]");
  const message = dialog.querySelector("[data-part=fault]");
  password.value = "";
  message.textContent = fault;
  password.setAttribute("aria-invalid", String(Boolean(fault)));
  dialog.returnValue = "";
  dialog.querySelector("[data-part=cancel]").onclick = () => dialog.close();
  dialog.showModal();
  password.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const given = dialog.returnValue === "sign" ? password.value : null;
      password.value = "";
      resolve(given);
    }, { once: true });
  });
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}
