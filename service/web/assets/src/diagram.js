// A read-only diagram with the walked path and where the case stands. Markup: templates/components/diagram.html.
import { bindZoom, openAt, openViewer, paint } from "./diagram/viewer.js";
import { words } from "./i18n/words.js";

export { figures } from "./diagram/figures.js";

const WALKED = { stroke: "#4f6788", fill: "#eaf0f7" };
const ACTIVE = { stroke: "#0052d9", fill: "#e6efff" };
const FAILED = { stroke: "#c9252d", fill: "#fdf0f0" };

export async function diagram(root) {
  const marks = JSON.parse(root.querySelector("[data-part=marks]")?.textContent ?? "{}");
  const viewer = await openViewer(root);
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const known = (ids) => (ids ?? []).map((id) => registry.get(id)).filter(Boolean);
  known(marks.walked).forEach((element) => paint(viewer, element, WALKED));
  known(marks.failed).forEach((element) => paint(viewer, element, FAILED));
  for (const element of known(marks.active)) {
    paint(viewer, element, ACTIVE);
    canvas.addMarker(element, "active");
    const here = marks.sent_back?.includes(element.id) ? words.sentBackHere : words.youAreHere;
    viewer.get("overlays").add(element, { position: { top: -14, left: 0 }, html: note(here) });
  }
  for (const step of marks.steps ?? []) {
    const element = registry.get(step.id);
    const text = badge(step);
    if (!element || element.waypoints || !text) continue;
    const html = Object.assign(document.createElement("div"), { className: "walked-note", textContent: text, title: text });
    html.style.maxWidth = `${Math.max(element.width, 80)}px`;
    viewer.get("overlays").add(element, { position: { bottom: -3, left: 0 }, html, show: { minZoom: 0.5 } });
  }
  bindSteps(root, viewer);

  openAt(viewer, known(marks.active)[0], 0.45);
  root.querySelector("[data-part=state]").textContent = "";
  bindZoom(root, viewer);
}

function note(text) {
  return Object.assign(document.createElement("div"), { className: "here", textContent: text });
}

// Who was there, for how long, and how often: 王敏 2 天 ×2.
function badge({ who, spent, count }) {
  const names = who.length > 1 ? words.andOthers(who[0], who.length) : who[0];
  return [names, spent, count > 1 ? `×${count}` : ""].filter(Boolean).join(" ");
}

// An element opens its history below the diagram, and an opened history marks its element.
function bindSteps(root, viewer) {
  const canvas = viewer.get("canvas");
  const registry = viewer.get("elementRegistry");
  const steps = new Map([...root.querySelectorAll("[data-step]")].map((one) => [one.dataset.step, one]));
  for (const [id, details] of steps) {
    details.addEventListener("toggle", () => {
      const element = registry.get(id);
      if (element) canvas[details.open ? "addMarker" : "removeMarker"](element, "picked");
    });
    if (registry.get(id)) canvas.addMarker(registry.get(id), "has-step");
  }
  viewer.get("eventBus").on("element.click", ({ element }) => {
    const target = element.labelTarget ?? element;
    const details = steps.get(target.id);
    root.querySelector("[data-part=step-said]").textContent = "";
    if (!details) {
      const idle = target.businessObject?.$instanceOf?.("bpmn:FlowNode") && !target.businessObject.$instanceOf("bpmn:Gateway");
      if (idle) root.querySelector("[data-part=step-said]").textContent = words.stepNotReached(target.businessObject.name ?? "");
      return;
    }
    for (const [, other] of steps) other.open = other === details;
    details.querySelector("summary").focus({ preventScroll: true });
    details.scrollIntoView({ block: "nearest" });
  });
}
