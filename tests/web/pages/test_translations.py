"""Every text of the pages has an English one."""

from __future__ import annotations

from service.web.translations import load
from service.web.translations.__main__ import main, missing, wrapped


def test_every_wrapped_text_has_english() -> None:
    assert missing() == ()
    assert main() == 0


def test_the_check_sees_templates_and_pages() -> None:
    places = {where.split(":")[0] for _, where in wrapped()}
    assert {"templates/inbox.html", "templates/components/due.html", "pages/timeline.py"} <= places


def test_placeholders_survive_translation() -> None:
    texts = load("en")
    for text, where in wrapped():
        names = {part.split(")")[0] for part in text.split("%(")[1:]}
        assert {part.split(")")[0] for part in texts.gettext(text).split("%(")[1:]} == names, where
