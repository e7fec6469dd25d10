"""A long form in a real browser: 60 fields and 20 attachments, opened by a click in the inbox, then typed into.

Needs Chromium; without it nothing is measured. `open_worst_ms` counts from the click until the last field can be typed
into and has been drawn; `slowest_key_ms` is the longest time from a key to the frame that shows it, as the browser
itself reports it.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import statistics
import time
from pathlib import Path
from typing import Any

from city import PASSWORD, City
from drawing import chain, end, form, start, user_task
from over_http import served

from service.store import entries

CLERK = "pj_unit_clerk.jiaoyu"
FIELDS, FILES, OPENINGS, KEYS = 60, 20, 7, 60
_DRAWN = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_WATCH = """() => {
    window.slow = [];
    const note = list => window.slow.push(...list.getEntries().filter(one => one.name === 'keydown').map(one => one.duration));
    new PerformanceObserver(note).observe({ type: 'event', durationThreshold: 16 });
}"""


def form_page(city: City, url: str, files: Path) -> dict[str, Any]:
    """Milliseconds; {} where there is no Chromium."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None:
        return {}
    from playwright.sync_api import sync_playwright

    _deploy(city)
    _file(city)
    with served(url, files) as (port, _server), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="zh-CN")
        address = f"http://127.0.0.1:{port}"
        _sign_in(page, address)
        opened = [_open(page, address) for _ in range(OPENINGS)][1:]  # the first one also fetches the scripts
        keys = sorted(_type(page))
        browser.close()
    return {
        "fields": FIELDS, "files": FILES, "open_median_ms": round(statistics.median(opened), 1),
        "open_worst_ms": round(max(opened), 1), "slow_keys": len(keys), "keys": KEYS,
        "slowest_key_ms": round(keys[-1], 1) if keys else 0.0, "slow_key_median_ms": round(statistics.median(keys or [0]), 1),
    }  # fmt: skip


def _deploy(city: City) -> None:
    kinds = ("textfield", "textarea", "number", "textfield")
    fields: list[dict[str, Any]] = [
        {"type": kinds[n % 4], "key": f"field_{n}", "id": f"field_{n}", "label": f"第 {n} 项", "description": "按实际情况填写。"}
        for n in range(FIELDS)
    ]
    papers = {"type": "filepicker", "key": "papers", "id": "papers", "label": "附件", "multiple": True}
    body = start() + user_task("fill_long_form", form="long_form.fill_long_form") + end()
    shown = form("long_form.fill_long_form", papers, *fields)
    city.deploy({"long_form": body + chain("begin", "fill_long_form", "finished")}, {"long_form.fill_long_form": shown})


def _file(city: City) -> None:
    """A case with a draft of every field and all files."""
    (task,) = city.tasks(city.engine.start_case("long_form", {}, by=CLERK).id)
    digest = hashlib.sha256(b"").hexdigest()
    with city.store.write() as connection:
        ids = [
            entries.insert_attachment(
                connection, account=CLERK, name=f"附件{n}.pdf", size=123_456, sha256=digest, media_type="application/pdf",
                at=city.clock.now(),
            ).id
            for n in range(FILES)
        ]  # fmt: skip
    city.engine.save_draft(f"task:{task.id}", {"papers": ids, **{f"field_{n}": str(n) for n in range(FIELDS)}}, by=CLERK)


def _sign_in(page: Any, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.get_by_label(re.compile("^账号$")).fill(CLERK)
    page.get_by_label(re.compile("^密码$")).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.locator(".bar-out").wait_for()


def _open(page: Any, address: str) -> float:
    """Milliseconds from the click on the task to a form that can be typed into."""
    page.goto(address)
    link = page.locator("a[href^='/tasks/']").first
    link.wait_for()
    began = time.perf_counter()
    link.click()
    page.locator(f"[id$='-field_{FIELDS - 1}']").wait_for()
    page.locator(".files-row").nth(FILES - 1).wait_for()
    page.evaluate(_DRAWN)
    return (time.perf_counter() - began) * 1000


def _type(page: Any) -> list[float]:
    """Milliseconds of each key that took 16 or longer."""
    page.evaluate(_WATCH)
    page.locator("[id$='-field_30']").focus()
    page.keyboard.type("1234567890" * (KEYS // 10), delay=40)
    page.wait_for_timeout(500)
    found: list[float] = page.evaluate("window.slow")  # those quicker than 16 ms are not reported
    return found
