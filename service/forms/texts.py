"""The sentences of form findings, Chinese and English. Open this to change what a person reads at a field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.errors import Finding
from service.forms.fault import Fault, Path

#: By `Fault.text`, else by `Fault.rule`. `{label}` is already quoted and names the row.
TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "required": ("请填写{label}。", "Enter {label}."),
        "required.choice": ("请选择{label}。", "Choose {label}."),
        "required.check": ("请勾选{label}后再提交。", "Tick {label} to go on."),
        "required.file": ("请上传{label}。", "Upload {label}."),
        "required.rows": ("请填写{label}，至少一行。", "Fill in at least one row of {label}."),
        "type.form": (
            "提交的内容不是表单数据，请重新打开页面后提交。",
            "What was sent is not a set of answers; reload the page.",
        ),
        "type.group": ("{label}应为一组字段。", "{label} must be a group of fields."),
        "type.text": ("{label}应为文字。", "{label} must be text."),
        "type.number": (
            "{label}应为数字，例如 1234.50，不要带逗号、单位或科学计数法。",
            "{label} must be a number such as 1234.50, without commas, units or exponent.",
        ),
        "type.check": ("{label}只能是“是”或“否”。", "{label} must be true or false."),
        "type.choice": ("{label}应从列表中选择。", "{label} must be chosen from the list."),
        "type.choices": ("{label}应为所选项的列表。", "{label} must be a list of options."),
        "type.date": ("{label}应为日期，格式如 2026-04-07。", "{label} must be a date such as 2026-04-07."),
        "type.time": ("{label}应为时间，格式如 09:30。", "{label} must be a time such as 09:30."),
        "type.datetime": (
            "{label}应为日期和时间，格式如 2026-04-07T09:30。",
            "{label} must be a date and time such as 2026-04-07T09:30.",
        ),
        "type.files": ("{label}应为已上传附件的列表，请重新上传。", "{label} must be a list of uploaded files; upload again."),
        "type.rows": ("{label}应为表格行的列表。", "{label} must be a list of rows."),
        "type.row": ("{label}的这一行应为一组字段。", "{label} must be a group of fields."),
        "control": ("{label}含有不可见的控制字符，请删除后重新输入。", "{label} holds invisible control characters; retype it."),
        "digits": ("{label}最多保留 {digits} 位小数。", "{label} may have at most {digits} decimal places."),
        "digits.none": ("{label}应为整数。", "{label} must be a whole number."),
        "increment": ("{label}应为 {step} 的整数倍。", "{label} must be a multiple of {step}."),
        "min": ("{label}不能小于 {limit}。", "{label} may not be less than {limit}."),
        "max": ("{label}不能大于 {limit}。", "{label} may not be more than {limit}."),
        "min.moment": ("{label}不能早于 {limit}。", "{label} may not be before {limit}."),
        "max.moment": ("{label}不能晚于 {limit}。", "{label} may not be after {limit}."),
        "min-length": (
            "{label}至少 {limit} 个字，现为 {count} 个字。",
            "{label} needs at least {limit} characters; it has {count}.",
        ),
        "max-length": (
            "{label}最多 {limit} 个字，现为 {count} 个字。",
            "{label} may have at most {limit} characters; it has {count}.",
        ),
        "pattern": ("{label}的格式不正确，请按说明填写。", "{label} is not in the expected format."),
        "email": ("{label}应为电子邮箱，例如 name@example.cn。", "{label} must be an e-mail address such as name@example.cn."),
        "phone": ("{label}应为电话号码，例如 +8613800000000。", "{label} must be a phone number such as +8613800000000."),
        "option": ("{label}中没有“{value}”这一选项，请从列表中选择。", "{label} has no option “{value}”; choose from the list."),
        "unique.choice": ("{label}重复选择了“{value}”。", "{label} holds “{value}” twice."),
        "unique": ("{label}与第 {row} 行重复，请改为不同的值。", "{label} repeats row {row}; enter another value."),
        "min-rows": ("{label}至少填写 {limit} 行，现为 {count} 行。", "{label} needs at least {limit} rows; it has {count}."),
        "max-rows": ("{label}最多填写 {limit} 行，现为 {count} 行。", "{label} may have at most {limit} rows; it has {count}."),
        "rows": ("{label}的行不能增减，应为 {limit} 行。", "Rows of {label} are fixed; there must be {limit}."),
        "unknown-field": ("表单中没有字段“{key}”，请去掉后重新提交。", "The form has no field “{key}”; leave it out."),
        "too-large": (
            "{label}的内容过长，最多 {limit} 个字，请精简或改用附件。",
            "{label} is too long (over {limit}); use a file.",
        ),
        "too-large.form": ("提交的内容过多，请精简或改用附件。", "Too much was sent; shorten it or use files."),
        "too-large.file": (
            "{label}中的“{name}”超过 {limit}，请压缩后重新上传。",
            "“{name}” in {label} is over {limit}; make it smaller.",
        ),
        "too-large.files": ("{label}最多上传 {limit} 个文件。", "{label} may hold at most {limit} files."),
        "file": ("{label}中有找不到的附件，请重新上传。", "{label} names a file that is not there; upload it again."),
        "file.twice": ("{label}中同一附件出现了两次。", "{label} names one file twice."),
        "file.empty": ("{label}中的“{name}”是空文件，请重新上传。", "“{name}” in {label} is empty; upload it again."),
        "file.type": (
            "{label}中的“{name}”类型不符，只接受 {accept}。",
            "“{name}” in {label} is of the wrong type; {accept} is accepted.",
        ),
        "file.disguised": (
            "{label}中的“{name}”内容与扩展名不符，请上传原始文件。",
            "The content of “{name}” in {label} is not what its name says; upload the original.",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Whom a sentence is about, already quoted: `“金额”`, or `“项目列表”第 3 行“金额”`."""

    zh: str
    en: str
    article: str | None = None

    @property
    def bare(self) -> str:
        """A question's label itself, without quotation marks."""
        return self.zh[1:-1]

    def row(self, number: int) -> Labelled:
        """The row `number` (from 1) of this table."""
        return Labelled(zh=f"{self.zh}第 {number} 行", en=f"row {number} of {self.en}", article=self.article)

    def within(self, row: Labelled | None) -> Labelled:
        """This column in that row."""
        if row is None:
            return self
        return Labelled(zh=f"{row.zh}{self.zh}", en=f"{self.en} in {row.en}", article=self.article)


def labelled(zh: str, en: str, article: str | None = None) -> Labelled:
    """Quote a label."""
    return Labelled(zh=f"“{zh}”", en=f"“{en}”", article=article)


def finding(fault: Fault, path: Path, label: Labelled) -> Finding:
    """Say a fault in words."""
    zh, en = TEXTS[fault.text or fault.rule]
    return Finding(
        field=".".join(map(str, path)),
        rule=fault.rule,
        message=fault.message or zh.format(label=label.zh, **fault.facts),
        message_en=fault.message_en or fault.message or en.format(label=label.en, **fault.facts),
        article=label.article,
    )


def excerpt(value: object) -> str:
    """Enough of a value to recognise it in a sentence."""
    text = "".join(char if char.isprintable() else "·" for char in str(value)[:41])
    return f"{text[:40]}…" if len(text) > 40 else text
