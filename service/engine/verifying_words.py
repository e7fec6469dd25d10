"""What is wrong with a chain or a checkpoint, in a sentence, for the command line, the page and the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.engine.verifying import Flaw, Flawed
from service.store.proving import Break, Fault

_FAULTS: Mapping[Fault, tuple[str, str]] = {
    Fault.PAYLOAD: ("第 {seq} 条记录的内容被改动", "the content of line {seq} was altered"),
    Fault.LINK: (
        "第 {seq} 条记录的链接被改动（时间、人员、类型或摘要）",
        "the link of line {seq} was altered (its time, person, kind or hash)",
    ),
    Fault.MISSING: ("缺少第 {seq} 条记录", "line {seq} is missing"),
    Fault.HEAD: (
        "案件或当日登记的链尾与最后一条记录（第 {seq} 条）不符",
        "the head in the row of the case or day does not fit the last line, {seq}",
    ),
    Fault.AFTER_HEAD: (
        "第 {seq} 条记录在案件或当日登记的链尾之后",
        "line {seq} stands after the head in the row of the case or day",
    ),
    Fault.NOBODY: ("第 {seq} 条记录所属的案件或日期不存在", "line {seq} belongs to a case or day that is not there"),
    Fault.ALGORITHM: ("第 {seq} 条记录的摘要算法未知", "line {seq} names an unknown algorithm"),
    Fault.ARCHIVE: (
        "归档记录缺失，或者不是第 {seq} 条记录所记的那一份",
        "the record in the archive is missing, or not the one that line {seq} names",
    ),
    Fault.CHECKPOINT_SHORTER: (
        "检查点 {checkpoint} 签署时还有更多记录，现在从第 {seq} 条起缺失",
        "checkpoint {checkpoint} signed a longer chain: it is missing from line {seq} on",
    ),
    Fault.CHECKPOINT_OTHER: (
        "第 {seq} 条记录与检查点 {checkpoint} 签署时不同",
        "line {seq} is not the one that checkpoint {checkpoint} signed",
    ),
}
_FLAWS: Mapping[Flaw, tuple[str, str]] = {
    Flaw.UNREADABLE: ("文件损坏，不能读取", "the file is damaged"),
    Flaw.DIGEST: ("文件被改动：摘要不符", "the file was altered: its digest does not fit"),
    Flaw.SIGNATURE: ("签名无效", "the signature is not valid"),
    Flaw.KEY: ("用另一把密钥签署", "it is signed with another key"),
    Flaw.GAP: ("前一个检查点缺失或不同", "the checkpoint before it is missing, or is another"),
    Flaw.NO_ROW: ("数据库中没有这个检查点", "the database does not know it"),
    Flaw.OTHER_ROW: ("与数据库中的同名检查点不同", "the database has another one under its id"),
    Flaw.NO_FILE: ("数据库中有，但文件缺失", "the database knows it, but its file is missing"),
}


def break_as_json(found: Break) -> dict[str, Any]:
    """{chain, seq, fault, checkpoint, message, message_en}."""
    zh, en = _FAULTS[found.fault]
    said = {"seq": found.seq, "checkpoint": found.checkpoint}
    return {
        "chain": found.chain, "seq": found.seq, "fault": found.fault.value, "checkpoint": found.checkpoint,
        "message": zh.format(**said), "message_en": en.format(**said),
    }  # fmt: skip


def flaw_as_json(found: Flawed) -> dict[str, Any]:
    """{checkpoint, flaw, message, message_en}."""
    zh, en = _FLAWS[found.flaw]
    return {"checkpoint": found.name, "flaw": found.flaw.value, "message": zh, "message_en": en}
