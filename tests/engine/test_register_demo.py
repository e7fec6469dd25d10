"""Entries of the demonstration: entered once, never over what has gone on since."""

from __future__ import annotations

from pathlib import Path

import yaml

from service import bootstrap
from service.sdk import Write
from service.settings import Settings
from service.store.registers import Registers, list_versions, write_register


def test_register_entries_of_the_demonstration_are_entered_when_they_are_missing(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CHENGXU_DATABASE": f"sqlite:///{tmp_path / 'x.db'}", "CHENGXU_DEMO": "1"})
    engine, _ = bootstrap.prepare(settings)
    try:
        bootstrap.seed_demo(engine, settings)
        entries = {"SYS-1": {"name": "门户", "function": "展示", "unit_id": "jiaoyu", "city_wide": False, "status": "在用"}}
        bootstrap.seed_entries(engine, {"system": entries, "nothing": {"x": {}}})
        with engine.machine.store.write() as connection:
            gone = Write(register="system", key="SYS-1", data={**entries["SYS-1"], "status": "停用"}, expected=1)
            write_register(connection, gone, actor="x", case_id=None, at=engine.machine.clock.now())
        bootstrap.seed_entries(engine, {"system": entries})
        with engine.machine.store.read() as connection:
            record = Registers(connection).read("system", "SYS-1")
            assert len(list_versions(connection, "system", "SYS-1")) == 2
        assert record is not None
        assert record.data["status"] == "停用"
        document = yaml.safe_load((settings.root / "processes" / "demo.yaml").read_text("utf-8"))
        with engine.machine.store.read() as connection:
            for register, wanted in (document.get("registers") or {}).items():
                for key in wanted:
                    assert Registers(connection).read(register, str(key)) is not None
    finally:
        engine.machine.store.close()
