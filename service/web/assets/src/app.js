// First script of every page: binds one module to each [data-module] element, also to those that htmx brings in later.
import htmx from "htmx.org";
import { clock } from "./clock.js";
import { inbox } from "./inbox.js";
import { offers } from "./offers.js";

const modules = {
  clock: async () => clock,
  inbox: async () => inbox,
  offers: async () => offers,
  form: async () => (await import("./form.js")).form,
  diagram: async () => (await import("./diagram.js")).diagram,
};

// The content security policy allows neither eval nor injected styles; a page that changes by itself says so to a screen reader.
Object.assign(htmx.config, { allowEval: false, includeIndicatorStyles: false, selfRequestsOnly: true, historyCacheSize: 0 });

document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRF-Token"] = document.querySelector("meta[name=csrf-token]")?.content ?? "";
});

const bound = new WeakSet();
htmx.onLoad((part) => {
  for (const element of [part, ...part.querySelectorAll("[data-module]")]) {
    const load = modules[element.dataset?.module];
    if (!load || bound.has(element)) continue;
    bound.add(element);
    load().then((bind) => bind(element)).catch((error) => {
      element.dataset.failed = "";
      console.error(`module ${element.dataset.module} did not start`, error);
    });
  }
});
