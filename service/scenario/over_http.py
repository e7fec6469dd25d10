"""A driver that speaks to a running Chengxu over HTTP, with the bearer token of whoever acts."""

from __future__ import annotations

import json
import secrets
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from service.errors import Conflict, Failed, NotAllowed, NotFound
from service.scenario.driver import CannotTell, CaseView, Line, OpenTask, Refusal, Reply, TaskSight, Told

#: Seconds that a command waits for what follows by itself.
WAIT: Final = 20
#: The demonstration's account that may import register entries.
IMPORTER: Final = "sysadmin.zhongxin"
_TYPE: Final = "urn:chengxu:problem:"
_CLOCK_PAUSE: Final = 0.2
_CLOCK_TRIES: Final = 600


class HttpDriver:
    """Drives the server at `url`. `token_of` gives the bearer token of an account; `password` is what everybody signs with.

    `import_entry` (register, key, data) stores the entries that a scenario is given of registers that nobody may import into
    over HTTP, as the operator of the server does it.
    """

    def __init__(
        self, url: str, token_of: Callable[[str], str], *, reader: str, password: str | None,
        import_entry: Callable[[str, str, Mapping[str, Any]], None] | None = None,
    ) -> None:  # fmt: skip
        self._url = url.rstrip("/") + "/api/v1"
        self._import_entry = import_entry
        self._token_of = token_of
        self._reader = reader
        self._password = password

    # -- what is given

    def now(self) -> datetime:
        return datetime.fromisoformat(self._get("/clock", by=self._reader)["now"])

    def move_clock(self, to: datetime) -> None:
        """Move the demonstration's clock and wait until it is at rest. Conflict when it would have to go back."""
        status, told = self._send("PUT", "/clock", {"now": to.isoformat()}, by=self._reader)
        if status >= 400:
            raise Conflict(str(told.get("detail") or told), message_en=str(told.get("detail_en") or told))
        for _ in range(_CLOCK_TRIES):
            if not told.get("moving"):
                return
            time.sleep(_CLOCK_PAUSE)
            told = self._get("/clock", by=self._reader)
        raise Failed("时钟没有停下来。", message_en="The clock does not come to rest.")

    def upload(self, name: str, content: bytes, media_type: str, *, by: str) -> str:
        status, told = self._send_file("/attachments", name, content, media_type, by=by)
        if status != 201:
            raise Failed(f"文件 {name} 上传失败：{told}", message_en=f"The file {name} was not taken: {told}")
        return str(told["id"])

    def _send_file(self, path: str, name: str, content: bytes, media_type: str, *, by: str) -> tuple[int, dict[str, Any]]:
        boundary = f"chengxu{secrets.token_hex(16)}"
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: {media_type}\r\n\r\n"
        )
        body = head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
        return self._ask("POST", path, body, f"multipart/form-data; boundary={boundary}", by)

    def put_entry(self, register: str, key: str, data: Mapping[str, Any]) -> None:
        path = f"/registers/{urllib.parse.quote(register, safe='')}/import"
        content = json.dumps({key: data}, ensure_ascii=False).encode()  # JSON is YAML
        status, told = self._send_file(path, f"{register}.yaml", content, "application/yaml", by=IMPORTER)
        if status in (403, 404):
            if self._import_entry is not None:
                self._import_entry(register, key, data)
                return
            raise CannotTell(f"接口不能写台账 {register}；请先导入 / the API writes no entries of {register}; import them first")
        if status == 200 and told.get("digest"):
            query = urllib.parse.urlencode({"dry_run": "false", "digest": told["digest"]})
            status, told = self._send_file(f"{path}?{query}", f"{register}.yaml", content, "application/yaml", by=IMPORTER)
        if not told.get("done"):
            raise Failed(f"台账 {register} 的记录 {key} 未写入：{told}", message_en=f"The entry {key} was not taken: {told}")

    # -- what is done

    def start(self, process: str, answers: Mapping[str, Any], *, by: str) -> Reply:
        return self._command("/cases", {"process": process, "variables": answers}, by, "id")

    def complete(self, task: str, answers: Mapping[str, Any], *, by: str, sign: bool) -> Reply:
        body: dict[str, Any] = {"variables": answers}
        if sign:
            if self._password is None:
                raise CannotTell("需要签名密码：请加 --password / signing needs a password: add --password")
            body["signature"] = {"password": self._password}
        return self._command(f"/tasks/{task}/complete", body, by, "case")

    def send(self, name: str, key: str | None, payload: Mapping[str, Any], *, by: str) -> Reply:
        body = {"id": secrets.token_hex(12), "name": name, "correlation": key, "payload": payload}
        status, told = self._send("POST", f"/messages?wait={WAIT}", body, by=by)
        _ensured(status, told)
        return Reply()

    def find_case(self, process: str, key: str | None, *, by: str) -> str | None:
        for row in self._list_cases({"process": process}, by=by):
            if key is None or row["business_key"] == key:
                return str(row["id"])
        return None

    def try_handler(self, name: str, variables: Mapping[str, Any], headers: Mapping[str, str]) -> Reply:
        raise CannotTell("接口不能单独运行处理程序 / the API runs no handler alone")

    def try_form(self, form: str, answers: Mapping[str, Any], variables: Mapping[str, Any], *, by: str) -> Reply:
        raise CannotTell("接口不能单独核对表单 / the API checks no form alone")

    # -- what is then the case

    def count_cases(self, *, by: str) -> int:
        return sum(1 for _ in self._list_cases({}, by=by))

    def _list_cases(self, where: Mapping[str, str], *, by: str) -> Iterator[Mapping[str, Any]]:
        """The cases that an account may read, the newest first."""
        after: str | None = ""
        while after is not None:
            query = {"limit": "100", **where} | ({"after": after} if after else {})
            page = self._get(f"/cases?{urllib.parse.urlencode(query)}", by=by)
            yield from page["items"]
            after = page.get("after") or None

    def view_case(self, case: str, *, by: str) -> CaseView:
        told = self._get(f"/cases/{case}", by=by)
        return CaseView(
            id=told["id"], business_key=told["business_key"], title=told["title"], status=told["status"],
            outcome=told["outcome"], variables=told["variables"],
            tasks=tuple(
                OpenTask(id=task["id"], element=task["element"], name=task["name"], due=task.get("due")) for task in told["tasks"]
            ),
        )  # fmt: skip

    def find_task(self, task: str, *, by: str) -> TaskSight | None:
        status, told = self._send("GET", f"/tasks/{task}", None, by=by)
        if status in (403, 404):
            return None
        told = _ensured(status, told)
        return TaskSight(variables=told["variables"], actions=tuple(told["actions"]), signs=told["sign"])

    def list_history(self, case: str, *, by: str) -> tuple[Line, ...]:
        lines: list[Line] = []
        after: int | None = 0
        while after is not None:
            page = self._get(f"/cases/{case}/history?after={after}", by=by)
            after = page.get("after")
            lines += (
                Line(kind=line["kind"], element=line["element"], actor=line["actor"], payload=line["payload"])
                for line in page["items"]
            )
        for child in self._get(f"/cases/{case}", by=by)["children"]:
            lines += self.list_history(child["id"], by=by)
        return tuple(lines)

    def list_notices(self, *, by: str) -> tuple[Told, ...]:
        found: list[Told] = []
        after: str | None = ""
        while after is not None:
            query = {"limit": "100"} | ({"after": after} if after else {})
            page = self._get(f"/notices?{urllib.parse.urlencode(query)}", by=by)
            found += (
                Told(
                    kind=row["kind"], deadline=row["deadline"], at=datetime.fromisoformat(row["at"]),
                    business_key=row["case"]["business_key"], text=row["message"],
                )
                for row in page["items"]
            )  # fmt: skip
            after = page.get("after") or None
        return tuple(sorted(found, key=lambda one: one.at))

    def find_entry(self, register: str, key: str) -> tuple[int, Mapping[str, Any]] | None:
        path = f"/registers/{urllib.parse.quote(register, safe='')}/{urllib.parse.quote(key, safe='')}"
        status, told = self._send("GET", path, None, by=self._reader)
        return None if status == 404 else (int(_ensured(status, told)["version"]), told["data"])

    # -- HTTP

    def _command(self, path: str, body: Mapping[str, Any], by: str, case: str) -> Reply:
        status, told = self._send("POST", f"{path}?wait={WAIT}", body, by=by)
        if 400 <= status < 500:
            refusal = Refusal(
                slug=str(told.get("type", "")).removeprefix(_TYPE), message=str(told.get("detail", "")),
                rule=str(told.get("rule") or ""), findings=tuple(told.get("errors") or ()),
            )  # fmt: skip
            return Reply(refusal=refusal)
        told = _ensured(status, told)
        return Reply(case=told[case], findings=tuple(told["findings"]))

    def _get(self, path: str, *, by: str) -> dict[str, Any]:
        return _ensured(*self._send("GET", path, None, by=by))

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None, *, by: str) -> tuple[int, dict[str, Any]]:
        data = None if body is None else json.dumps(body).encode()
        return self._ask(method, path, data, "application/json", by)

    def _ask(self, method: str, path: str, data: bytes | None, media_type: str, by: str) -> tuple[int, dict[str, Any]]:
        headers = {"Authorization": f"Bearer {self._token_of(by)}", "Accept": "application/json"}
        if data is not None:
            headers["Content-Type"] = media_type
        request = urllib.request.Request(self._url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WAIT * 3) as response:
                return response.status, json.loads(response.read() or b"{}")
        except urllib.error.HTTPError as error:
            with error:
                text = error.read()
            return error.code, _parsed(text)
        except OSError as error:
            raise Failed(f"连接不到 {self._url}：{error}", message_en=f"{self._url} does not answer: {error}") from error


def _parsed(text: bytes) -> dict[str, Any]:
    try:
        told = json.loads(text or b"{}")
    except ValueError:
        return {"detail": text[:200].decode("utf-8", "replace")}
    return told if isinstance(told, dict) else {"detail": told}


def _ensured(status: int, told: dict[str, Any]) -> dict[str, Any]:
    if status < 400:
        return told
    detail, detail_en = str(told.get("detail", "")), str(told.get("detail_en", ""))
    if status == 404:
        raise NotFound(detail, message_en=detail_en)
    if status in (401, 403):
        raise NotAllowed(detail, message_en=detail_en)
    raise Failed(f"服务器回答 {status}：{detail}", message_en=f"The server answered {status}: {detail_en}")
