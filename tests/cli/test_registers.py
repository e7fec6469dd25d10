"""Registers are filled from YAML files: typed by their schema, all or none, and again without effect."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from service import bootstrap
from service.cli import main
from service.settings import Settings

GOOD = """
SYS-0001: {name: 市统一身份认证平台, function: 身份认证, unit_id: zhongxin, city_wide: true, status: 在用, built_year: 2024}
SYS-0002: {name: 教务管理系统, function: 教务, unit_id: jiaoyu, city_wide: false, status: 在用}
"""
BAD = """
SYS-0003: {name: 无主系统, function: 无, unit_id: nowhere, city_wide: perhaps, status: 不详, colour: red}
SYS-0004: {name: 好系统, function: 有用, unit_id: jiaoyu, city_wide: false, status: 在用}
"""


@pytest.fixture
def chengxu(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str, str]]:
    """Run a command on a fresh demonstration database: (exit code, stdout, stderr)."""
    url = f"sqlite:///{tmp_path / 'x.db'}"
    monkeypatch.setenv("CHENGXU_DATABASE", url)
    engine, _ = bootstrap.prepare(settings := Settings.from_environment({"CHENGXU_DATABASE": url}))
    bootstrap.seed_demo(engine, settings)
    engine.machine.store.close()

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        try:
            main(list(arguments))
            code = 0
        except SystemExit as ended:
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


def test_entries_are_imported_once_and_typed(chengxu: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "systems.yaml"
    file.write_text(GOOD, "utf-8")
    code, out, _ = chengxu("register", "import", "system", str(file), "--json")
    assert (code, json.loads(out)["changed"]) == (0, ["SYS-0001", "SYS-0002"])
    code, out, _ = chengxu("register", "import", "system", str(file), "--json")
    assert (code, json.loads(out)["changed"]) == (0, [])
    _, out, _ = chengxu("register", "list", "system", "--json")
    first = json.loads(out)[0]
    assert (first["version"], first["data"]["city_wide"], first["data"]["built_year"]) == (1, True, "2024")


def test_one_fault_keeps_everything_out_and_every_fault_is_named(
    chengxu: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "systems.yaml"
    file.write_text(BAD, "utf-8")
    code, _, err = chengxu("register", "import", "system", str(file))
    assert code == 1
    for part in ("SYS-0003.unit_id", "SYS-0003.city_wide", "SYS-0003.status", "SYS-0003.colour"):
        assert part in err
    _, out, _ = chengxu("register", "list", "system", "--json")
    assert json.loads(out) == []


def test_a_dry_run_tells_and_changes_nothing(chengxu: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    file = tmp_path / "systems.yaml"
    file.write_text(GOOD, "utf-8")
    code, out, _ = chengxu("register", "import", "system", str(file), "--dry-run", "--json")
    assert (code, len(json.loads(out)["changed"])) == (0, 2)
    _, out, _ = chengxu("register", "list", "system", "--json")
    assert json.loads(out) == []


def test_the_clock_of_a_demonstration_is_moved_from_the_terminal(chengxu: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = chengxu("clock", "set", "2026-08-20T09:00+08:00", "--json")
    assert code == 0
    assert json.loads(out)["now"].startswith("2026-08-20T09:00")
    code, out, _ = chengxu("clock", "advance", "P10D", "--json")
    assert json.loads(out)["now"].startswith("2026-08-30T09:00")


def test_a_sheet_is_tried_and_imported_from_the_terminal(chengxu: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (
        ["系统编号", "系统名称", "主要功能", "牵头部门或建设单位", "全市统筹", "状态"],
        ["SYS-9", "门户", "展示", "市教育局", "否", "在用"],
    ):
        book.active.append(row)
    book.save(tmp_path / "systems.xlsx")
    code, out, err = chengxu("register", "import", "system", str(tmp_path / "systems.xlsx"), "--dry-run")
    assert (code, out) == (0, "+ SYS-9  门户\n")
    assert "将写入 1 条" in err
    code, out, _ = chengxu("register", "import", "system", str(tmp_path / "systems.xlsx"), "--json")
    assert (code, json.loads(out)["changed"]) == (0, ["SYS-9"])
    _, out, _ = chengxu("register", "list", "system", "--json")
    assert json.loads(out)[0]["data"]["unit_id"] == "jiaoyu"


def test_accounts_are_imported_with_the_passwords_that_were_made_up(
    chengxu: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text("new.one: {display_name: 新人, unit: jiaoyu, roles: [pj_unit_clerk]}", "utf-8")
    code, out, _ = chengxu("register", "import", "account", str(file), "--json")
    assert (code, list(json.loads(out)["passwords"])) == (0, ["new.one"])
    _, out, _ = chengxu("account", "list", "--json")
    assert "new.one" in {account["name"] for account in json.loads(out)}


def test_a_unit_that_an_account_brings_is_an_entry_of_the_register(chengxu: Callable[..., tuple[int, str, str]]) -> None:
    code, _, _ = chengxu("account", "create", "x", "--role", "pj_unit_clerk", "--unit", "xin", "--unit-name", "市新局", "--json")
    assert code == 0
    _, out, _ = chengxu("register", "list", "unit", "--json")
    assert {"key": "xin", "version": 1, "data": {"active": True, "name": "市新局"}} in json.loads(out)
