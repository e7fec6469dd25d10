// First script of every page: binds one module to each [data-module] element, also to those that htmx brings in later.
import htmx from "htmx.org";
import { badge } from "./badge.js";
import { clock } from "./clock.js";
import { inbox } from "./inbox.js";
import { news } from "./news.js";
import { offers } from "./offers.js";
import { people } from "./people.js";
import { presence } from "./presence.js";
import { previews } from "./preview.js";
import { sift } from "./sift.js";

const modules = {
  badge: async () => badge,
  clock: async () => clock,
  inbox: async () => inbox,
  news: async () => news,
  offers: async () => offers,
  people: async () => people,
  presence: async () => presence,
  previews: async () => previews,
  sift: async () => sift,
  form: async () => (await import("./form.js")).form,
  diagram: async () => (await import("./diagram.js")).diagram,
  figures: async () => (await import("./diagram.js")).figures,
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
