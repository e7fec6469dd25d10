// A file shown in a dialog: images as images, PDF in a frame of its own. Others are downloaded. Links are [data-preview].
import { words } from "./i18n/words.js";

const IMAGES = ["image/png", "image/jpeg", "image/gif", "image/bmp"];
const ADDRESS = /^\/api\/v1\/attachments\/([0-9a-z]{24})$/;

/** The address under which a file can be looked at, or null. */
export function previewOf({ url, media_type: type }) {
  const known = ADDRESS.exec(url ?? "");
  return known && (type === "application/pdf" || IMAGES.includes(type)) ? `${url}/preview` : null;
}

/** Show a file; the focus goes back to where it was when the dialog closes. */
export async function openPreview({ name, url, media_type: type, preview }) {
  const dialog = make("dialog", { className: "preview" });
  dialog.setAttribute("aria-label", name);
  const close = make("button", { type: "button", className: "btn btn-sm", textContent: words.closePreview });
  close.addEventListener("click", () => dialog.close());
  const head = make("div", { className: "preview-head" }, make("strong", { textContent: name }), make("a", { href: url, className: "btn btn-sm", textContent: words.download }), close);
  const body = make("div", { className: "preview-body" });
  dialog.append(head, body);
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", ({ target }) => target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  // Asked first: what a frame cannot load leaves it blank, and says nothing to anybody.
  const there = await fetch(preview, { method: "HEAD", credentials: "same-origin" }).then(({ ok }) => ok, () => false);
  const shown = IMAGES.includes(type) ? make("img", { src: preview, alt: name }) : make("iframe", { src: preview, title: name });
  body.append(there ? shown : make("p", { textContent: words.previewFailed }));
}

/** Lists of documents: their preview buttons carry what is to be shown. */
export function previews(root) {
  root.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-preview]");
    if (button) openPreview({ name: button.dataset.name, url: button.dataset.url, media_type: button.dataset.type, preview: button.dataset.preview });
  });
}

function make(tag, attributes = {}, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}
