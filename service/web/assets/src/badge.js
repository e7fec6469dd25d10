// The number of unread notices in the navigation, kept up to date while the page is looked at. Markup: data-module="badge" on the
// link, data-url where the count is read, data-words what a screen reader says after it.
const EVERY = 30_000;

export function badge(link) {
  const { url, words } = link.dataset;
  let etag = null;
  let timer = 0;

  function show(count) {
    let mark = link.querySelector(".rail-count");
    if (!count) return mark?.remove();
    if (!mark) {
      mark = document.createElement("span");
      mark.className = "rail-count";
      link.append(mark);
    }
    const unseen = document.createElement("span");
    unseen.className = "unseen";
    unseen.textContent = words;
    mark.replaceChildren(count > 999 ? "999+" : String(count), unseen);
  }

  async function look() {
    clearTimeout(timer);
    if (!link.isConnected || document.hidden) return;
    try {
      const headers = { Accept: "application/json", ...(etag ? { "If-None-Match": etag } : {}) };
      const answer = await fetch(url, { headers, credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) return; // signed out: the next page says so
      if (answer.status === 200) {
        etag = answer.headers.get("ETag");
        show((await answer.json()).unread);
      }
    } catch {
      // The network is away; the number stays as it was.
    }
    timer = setTimeout(look, EVERY);
  }

  document.addEventListener("visibilitychange", look);
  window.addEventListener("pageshow", ({ persisted }) => persisted && look());
  timer = setTimeout(look, EVERY);
}
