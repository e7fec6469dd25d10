// A read-only diagram with the walked path and where the case stands. Markup: templates/components/diagram.html.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { words } from "./i18n/words.js";

const OPEN_SCALE = 0.6;
const WALKED = { stroke: "#4f6788", fill: "#eaf0f7" };
const ACTIVE = { stroke: "#0052d9", fill: "#e6efff" };
const FAILED = { stroke: "#c9252d", fill: "#fdf0f0" };

export async function diagram(root) {
  const canvasElement = root.querySelector("[data-part=canvas]");
  const marks = JSON.parse(root.querySelector("[data-part=marks]")?.textContent ?? "{}");
  const viewer = new NavigatedViewer({ container: canvasElement, zoomScroll: { enabled: false } });
  try {
    const response = await fetch(root.dataset.xmlUrl, { credentials: "same-origin", headers: { Accept: "application/xml" } });
    if (!response.ok) throw new Error(`diagram: ${response.status}`);
    await viewer.importXML(await response.text());
  } catch (error) {
    root.querySelector("[data-part=state]").textContent = words.diagramFailed;
    canvasElement.hidden = true;
    throw error;
  }
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

  // A diagram that is much wider than the page is not shrunk to a thread: it opens at what is going on.
  const fit = () => {
    canvas.zoom("fit-viewport", "auto");
    canvas.zoom(canvas.zoom() * 0.95, "auto");
  };
  const open = () => {
    fit();
    const [first] = known(marks.active);
    if (canvas.zoom() >= 0.45 || !first) return;
    const { width, height } = canvas.getSize();
    const box = { width: width / OPEN_SCALE, height: height / OPEN_SCALE };
    // The step stands right of the middle, because what led to it is what one wants to see.
    canvas.viewbox({ ...box, x: first.x + first.width / 2 - box.width * 0.6, y: first.y + first.height / 2 - box.height * 0.5 });
  };
  open();
  root.querySelector("[data-part=state]").textContent = "";

  const step = (factor) => canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)));
  const acts = { in: () => step(1.2), out: () => step(1 / 1.2), fit };
  root.addEventListener("click", ({ target }) => acts[target.closest("[data-zoom]")?.dataset.zoom]?.());
  canvasElement.addEventListener("keydown", (event) => {
    const act = { "+": acts.in, "=": acts.in, "-": acts.out, 0: fit }[event.key];
    if (!act || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
  // The wheel scrolls the page until somebody has stepped into the diagram.
  canvasElement.addEventListener("focusin", () => viewer.get("zoomScroll").toggle(true));
  canvasElement.addEventListener("focusout", () => viewer.get("zoomScroll").toggle(false));
  addEventListener("resize", () => canvas.resized());
}

// The renderer writes colours as inline style, which a stylesheet cannot override; it takes them from the drawing's own colours.
function paint(viewer, element, { stroke, fill }) {
  element.di.set("color:border-color", stroke);
  if (!element.waypoints) element.di.set("color:background-color", fill);
  viewer.get("graphicsFactory").update(element.waypoints ? "connection" : "shape", element, viewer.get("elementRegistry").getGraphics(element));
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
