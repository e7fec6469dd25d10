"""What one account can see and do, in sentences."""

from __future__ import annotations

from service.engine.definitions import Definition
from service.engine.sight import MOST, Sight
from service.web.pages.reading import Reader
from service.web.translations import gettext as _


def sees(reader: Reader, found: Sight) -> list[str]:
    """What the account may read, a sentence each."""
    scope, said = found.scope, []
    if not found.row.active:
        said.append(_("账号已停用，不能登录。以下是启用后的情形。"))
    if scope.everything:
        said.append(_("可以查看所有案件。"))
    for regulation in sorted(scope.regulations):
        said.append(_("可以查看《%(name)s》的所有案件。", name=_regulation(reader, regulation)))
    for regulation, unit in sorted(scope.units):
        if regulation:
            said.append(
                _(
                    "可以查看《%(name)s》中“%(unit)s”的案件。",
                    name=_regulation(reader, regulation),
                    unit=reader.units.get(unit, unit),
                )
            )
    for _regulation_id, process in sorted(scope.processes):
        said.append(_("可以查看所有“%(name)s”案件。", name=reader.processes.get(process, process)))
    said.append(_("此外可以查看自己发起、办理过、待其办理或抄送给自己的案件。"))
    said.append(_("现在可以查看的案件：%(n)s 件。", n=f"{MOST}+" if found.cases >= MOST else found.cases))
    for field in found.protected:
        roles = "、".join(sorted(reader.role(role) for role in field.roles))
        told = {"process": field.definition.name, "field": _label(field.definition, field.path), "roles": roles}
        said.append(_("“%(process)s”中受保护的“%(field)s”，因其是%(roles)s。", **told))
    return said


def does(reader: Reader, found: Sight) -> list[str]:
    """What the account may do, a sentence each."""
    if not found.acts:
        return [_("不能办理案件。") if found.row.active else _("账号已停用，什么也不能办理。")]
    said = [
        _("可以发起：%(names)s。", names="、".join(one.name for one in found.starts)) if found.starts else _("不能发起案件。")
    ]
    said += [_("在“%(name)s”中可以办理 %(n)s 个环节。", name=one.name, n=number) for one, number in found.does]
    said.append(_("现在待其办理 %(todo)s 项，正在办理 %(claimed)s 项。", todo=found.todo, claimed=found.claimed))
    said.append(_("职责分离和回避规则在每件案件中另行判断：办过前一环节、提交申报的人不能办理后一环节。"))
    return said


def _label(definition: Definition, path: tuple[str, ...]) -> str:
    for form in definition.forms.values():
        for question in form.root.questions:
            if question.path[: len(path)] == path[: len(question.path)]:
                return str(question.label.bare)
    return ".".join(path)


def _regulation(reader: Reader, regulation: str) -> str:
    known = reader.rules.catalogue.regulations.get(regulation)
    return regulation if known is None else known.en if reader.english else known.zh
