// The demonstration's clock in the header: sets legal time, waits while it moves, shows the page anew. Markup: templates/components/clock.html.
import { NetworkFailure, send } from "./http.js";

const PAUSE = 1000;

export function clock(root) {
  const { url, moving, broken } = root.dataset;
  const part = (name) => root.querySelector(`[data-part=${name}]`);
  const buttons = root.querySelectorAll("button");
  const say = (text) => { part("said").textContent = text; };

  async function move(json) {
    for (const button of buttons) button.disabled = true;
    say(moving);
    try {
      const { status, body } = await send(url, { method: "PUT", json });
      if (status === 202) await arrived();
      if (status === 200 || status === 202) return location.reload();
      say((document.documentElement.lang.startsWith("zh") ? body?.detail : body?.detail_en) || body?.detail || broken);
    } catch (error) {
      if (!(error instanceof NetworkFailure)) throw error;
      say(broken);
    }
    for (const button of buttons) button.disabled = false;
  }

  async function arrived() {
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE));
      const { status, body } = await send(url, { method: "GET" });
      if (status !== 200) throw new NetworkFailure(String(status));
      if (!body.moving) return;
    }
  }

  part("set").addEventListener("submit", (event) => {
    event.preventDefault();
    move({ now: `${part("set").elements.now.value}+08:00` });
  });
  root.addEventListener("click", ({ target }) => target.dataset.advance && move({ advance: target.dataset.advance }));
  root.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape" || !root.open) return;
    root.open = false;
    root.querySelector("summary").focus();
  });
  document.addEventListener("click", ({ target }) => { if (!root.contains(target)) root.open = false; });
}
