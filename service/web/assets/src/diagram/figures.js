// The diagram of a process in figures: what stands at each step, or how long it takes. Markup: templates/console/process.html.
import { bindZoom, openAt, openViewer, paint } from "./viewer.js";

const PLAIN = { stroke: "#22242a", fill: "#ffffff" };
// Light to strong, so that the order is seen without the hue; "none" has a duration and no period.
const HEAT = {
  none: { stroke: "#5c6675", fill: "#e9edf3" },
  early: { stroke: "#1b7a43", fill: "#e3f4ea" },
  near: { stroke: "#8a5300", fill: "#fff0cf" },
  close: { stroke: "#a14a00", fill: "#ffd9a8" },
  over: { stroke: "#a31620", fill: "#f7b4b4" },
};

export async function figures(root) {
  const marks = JSON.parse(root.querySelector("[data-part=marks]").textContent);
  const viewer = await openViewer(root);
  const registry = viewer.get("elementRegistry");
  const overlays = viewer.get("overlays");
  const shown = marks.map((mark) => ({ ...mark, element: registry.get(mark.id) })).filter(({ element }) => element && !element.waypoints);

  const show = (what) => {
    overlays.clear();
    for (const { element, heat, notes, took } of shown) {
      paint(viewer, element, what === "time" && heat ? HEAT[heat] : PLAIN);
      const texts = what === "time" ? (took ? [{ kind: "time", text: took }] : []) : notes;
      if (texts.length === 0) continue;
      const html = Object.assign(document.createElement("div"), { className: "figures" });
      html.append(...texts.map(({ kind, text, title }) => Object.assign(document.createElement("span"), { className: `figure figure-${kind}`, textContent: text, title: title ?? text })));
      overlays.add(element, { position: { top: -10, left: -6 }, html, scale: { min: 0.85 } });
    }
    for (const key of root.querySelectorAll("[data-key]")) key.hidden = key.dataset.key !== what;
  };
  const chosen = () => root.querySelector("[name=show]:checked")?.value ?? "standing";
  root.addEventListener("change", ({ target }) => target.name === "show" && show(chosen()));
  show(chosen());

  viewer.get("eventBus").on("element.click", ({ element }) => {
    const row = document.getElementById(`element-${(element.labelTarget ?? element).id}`);
    document.querySelector("tr.picked")?.classList.remove("picked");
    row?.classList.add("picked");
    row?.scrollIntoView({ block: "center" });
  });
  const busiest = shown.find(({ notes }) => notes.some(({ kind }) => kind !== "standing")) ?? shown.find(({ notes }) => notes.length);
  openAt(viewer, busiest?.element, 0.3);
  bindZoom(root, viewer);
  root.querySelector("[data-part=state]").textContent = "";
}
