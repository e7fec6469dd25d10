// A read-only diagram on a page: opened from its address, zoomed by buttons, keys and the wheel.
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { words } from "../i18n/words.js";

const FACTOR = 1.2;
const OPEN_SCALE = 0.6;

export async function openViewer(root) {
  const canvasElement = root.querySelector("[data-part=canvas]");
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
  return viewer;
}

export function fit(viewer) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  canvas.zoom(canvas.zoom() * 0.95, "auto");
}

// A diagram that is much wider than the page is not shrunk to a thread: it opens at what is going on.
export function openAt(viewer, element, least) {
  const canvas = viewer.get("canvas");
  fit(viewer);
  if (canvas.zoom() >= least || !element) return;
  const { width, height } = canvas.getSize();
  const box = { width: width / OPEN_SCALE, height: height / OPEN_SCALE };
  // The step stands right of the middle, because what led to it is what one wants to see.
  canvas.viewbox({ ...box, x: element.x + element.width / 2 - box.width * 0.6, y: element.y + element.height / 2 - box.height * 0.5 });
}

export function bindZoom(root, viewer) {
  const canvas = viewer.get("canvas");
  const canvasElement = root.querySelector("[data-part=canvas]");
  const step = (factor) => canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * factor)));
  const acts = { in: () => step(FACTOR), out: () => step(1 / FACTOR), fit: () => fit(viewer) };
  root.addEventListener("click", ({ target }) => acts[target.closest("[data-zoom]")?.dataset.zoom]?.());
  canvasElement.addEventListener("keydown", (event) => {
    const act = { "+": acts.in, "=": acts.in, "-": acts.out, 0: acts.fit }[event.key];
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
export function paint(viewer, element, { stroke, fill }) {
  element.di.set("color:border-color", stroke);
  if (!element.waypoints) element.di.set("color:background-color", fill);
  viewer.get("graphicsFactory").update(element.waypoints ? "connection" : "shape", element, viewer.get("elementRegistry").getGraphics(element));
}
