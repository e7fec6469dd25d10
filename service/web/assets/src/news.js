// Says quietly that tasks have come in, and waits for the click: nothing moves or reloads by itself.
const EVERY = 30_000;

export function news(root, { every = Number(root.dataset.every) || EVERY } = {}) {
  let tag = null;
  let shown = 0;

  async function look() {
    if (!root.isConnected) return clearInterval(timer);
    if (document.hidden) return;
    const headers = { Accept: "application/json", ...(tag ? { "If-None-Match": tag } : {}) };
    const answer = await fetch(root.dataset.url, { headers, credentials: "same-origin", cache: "no-store" }).catch(() => null);
    if (answer?.status !== 200) return; // 304: nothing new; anything else: ask again later
    tag = answer.headers.get("ETag");
    const { new: count } = await answer.json();
    if (count !== shown) show((shown = count));
  }

  function show(count) {
    root.replaceChildren();
    if (!count) return;
    const link = document.createElement("a");
    link.href = root.dataset.href;
    link.textContent = `${count === 1 ? root.dataset.one : root.dataset.many.replace("{n}", count)} · ${root.dataset.show}`;
    root.append(link);
  }

  const timer = setInterval(look, every);
  document.addEventListener("visibilitychange", look);
  root.addEventListener("news:look", look);
}
