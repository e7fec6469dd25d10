"""What a signature says was shown: labels and file names, as the signer saw them, and not keys."""

from __future__ import annotations

from city import City

from service import forms
from service.clock import FrozenClock
from service.engine import filling
from service.store import entries

CLERK = "pj_unit_clerk.jiaoyu"
FORM = {
    "id": "sign.words",
    "type": "default",
    "schemaVersion": 19,
    "components": [
        {"id": "a", "key": "bidder", "type": "select", "label": "中标人", "valuesKey": "bidders"},
        {"id": "b", "key": "report", "type": "filepicker", "label": "评标报告", "multiple": True},
    ],
}


def test_a_signature_shows_options_and_files_by_name(city: City, clock: FrozenClock) -> None:
    form = forms.compile(FORM)
    with city.store.write() as connection:
        row = entries.insert_attachment(
            connection, account=CLERK, name="报告.pdf", size=10, sha256="0" * 64, media_type="application/pdf", at=clock.now()
        )
        answers = {"bidder": "B-7", "report": [row.id]}
        shown = filling.summary(connection, form, answers, {"bidders": [{"value": "B-7", "label": "盘锦数科公司"}]})
    assert shown == [["中标人", "盘锦数科公司"], ["评标报告", "报告.pdf（10 B）"]]
