"""The task page in company: two people at one task, a network that fails half-way, dropped files, phrases by keyboard."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from playwright.sync_api import expect

PDF = "%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"

#: Drops files on a field, as a hand would: [name, type, content].
DROP = """([field, files]) => {
    const carried = new DataTransfer();
    for (const [name, type, content] of files) carried.items.add(new File([content], name, { type }));
    const options = { dataTransfer: carried, bubbles: true, cancelable: true };
    for (const kind of ["dragover", "drop"]) field.dispatchEvent(new DragEvent(kind, options));
}"""
#: A picture of one point.
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
AGAIN = "() => dispatchEvent(new Event('focus'))"  # whoever looks at the page again asks at once


@pytest.fixture
def review(site: Any, visit: Any, request: pytest.FixtureRequest) -> Any:
    """The head of a unit before the signature of an application."""
    case = site.start(f"签署：{request.node.name[5:40]}")
    visitor = visit("pj_unit_lead.jiaoyu")
    visitor.open(f"/tasks/{site.task(case, 'sign_application')}")
    visitor.form_is_there()
    return visitor


def drop(page: Any, *files: tuple[str, str, str]) -> None:
    field = page.locator(".fjs-form-field-filepicker").first.element_handle()
    page.evaluate(DROP, [field, [list(one) for one in files]])


def test_two_people_at_one_task_see_each_other_and_nobody_loses_a_word(site: Any, visit: Any) -> None:
    case = site.start("两人都打开了", steps=1)
    task = site.task(case, "intake_check")
    first, second = visit("pj_center_intake.zhongxin"), visit("pj_center_intake.zhongxin.2")
    for visitor in (first, second):
        visitor.open(f"/tasks/{task}")
        visitor.form_is_there()

    second.page.locator(".presence").get_by_text("陈思雨 也正在查看此事项").wait_for()
    first.page.evaluate(AGAIN)
    first.page.locator(".presence p").wait_for()
    second.form.fill({**site.s01.ACCEPTED, "note": "第二人写到一半"})
    second.page.locator("[data-part=saved]").get_by_text("已保存").wait_for()
    first.page.evaluate(AGAIN)
    first.page.locator(".presence").get_by_text("也正在填写此事项").wait_for()

    site.do(case, site.s01.INTAKE, "intake_check", site.s01.ACCEPTED)
    second.page.evaluate(AGAIN)

    second.page.locator(".presence-over").get_by_text("陈思雨 已于 10:00 办理此事项").wait_for()
    assert second.form.control("note").input_value() == "第二人写到一半"


def test_an_answer_that_is_lost_on_its_way_does_not_submit_twice(site: Any, review: Any) -> None:
    page = review.page
    lost: list[int] = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)  # the server has done it
            route.abort()

    page.route("**/complete?*", lose)
    review.form.fill({"decision": "同意", "opinion": "只应提交一次"})
    task = page.url.rpartition("/")[2]
    review.submit()
    review.sign()
    page.locator(".summary").get_by_text("网络不通").wait_for()
    assert lost == [200]
    assert review.form.control("opinion").input_value() == "只应提交一次"

    review.submit()
    review.sign()
    page.get_by_text("已提交").first.wait_for()

    with site.city.store.read() as connection:
        from service.store.cases import find_with_case

        found = find_with_case(connection, task)
    assert found is not None
    lines = [link for link in site.city.history(found[1].id) if link.kind == "task.completed"]
    assert len(lines) == 1


def test_a_draft_comes_back_in_another_browser(review: Any, visit: Any) -> None:
    review.form.fill({"decision": "退回", "opinion": "在第一台电脑上写的"})
    review.page.locator("[data-part=saved]").get_by_text("已保存").wait_for()

    other = visit("pj_unit_lead.jiaoyu", width=390)
    other.open(review.page.url.removeprefix(other.site.address))
    other.form_is_there()

    assert other.form.control("opinion").input_value() == "在第一台电脑上写的"
    assert other.page.get_by_label("退回", exact=True).is_checked()
    assert "已恢复" in other.page.locator("[data-part=saved]").inner_text()


def test_a_phrase_is_put_in_kept_and_deleted_by_keyboard(review: Any) -> None:
    page, keys = review.page, review.page.keyboard
    page.locator(".phrases-open").focus()
    keys.press("Enter")
    page.locator(".phrases-item").get_by_text("拟同意，请领导审批。").wait_for()
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    opinion = review.form.control("opinion")
    assert opinion.input_value() == "拟同意，请领导审批。"
    assert review.focused("textarea")

    keys.type("请按期报送。")
    page.locator(".phrases-open").focus()
    keys.press("ArrowDown")
    page.locator(".phrases-keep:not(:disabled)").wait_for()
    keys.press("ArrowUp")
    keys.press("Enter")
    mine = page.locator(".phrases-item").get_by_text("拟同意，请领导审批。请按期报送。", exact=True)
    mine.wait_for()
    page.locator(".phrases-drop").focus()
    keys.press("Enter")
    mine.wait_for(state="detached")
    page.locator(".phrases-item").first.focus()
    keys.press("Escape")
    assert page.locator(".phrases-box").count() == 0
    assert review.focused(".phrases-open")


def test_dropped_files_are_checked_before_they_are_sent(visit: Any) -> None:
    clerk = visit("pj_unit_clerk.shuili")
    page = clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": False})
    page.locator(".fjs-form-field-filepicker").first.wait_for()
    sent: list[str] = []
    page.on("request", lambda request: request.url.endswith("/attachments") and sent.append(request.url))

    drop(page, ("程序.exe", "application/octet-stream", "MZ"))
    page.locator(".fjs-form-field-error").get_by_text("“程序.exe” 的类型不符").first.wait_for()
    assert sent == []

    drop(page, ("方案.pdf", "application/pdf", PDF))
    row = page.locator(".files-row", has_text="方案.pdf")
    row.locator(".files-hash").wait_for()
    assert len(sent) == 1
    assert len(row.locator(".files-hash").inner_text()) == 8
    assert len(str(row.locator(".files-hash").get_attribute("title"))) == len("SHA-256 ") + 64


def test_what_follows_is_said_beside_the_button(review: Any) -> None:
    box = review.page.locator(".foretold")
    assert "提交后视填写内容而定" in box.locator(".foretold-line").inner_text()
    box.locator("summary").click()
    box.get_by_text("若“是否同意申报”为“退回”：由需求单位经办人").wait_for()


def test_an_application_that_was_begun_waits_on_the_start_page(visit: Any) -> None:
    clerk = visit("pj_unit_clerk.shuili")
    page = clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": False, "project_name": "河道监测系统"})
    page.locator("[data-part=saved]").get_by_text("已保存").wait_for()

    page = clerk.open("/start")
    draft = page.locator(".unfiled li", has_text="河道监测系统")
    page.get_by_label("查找事项").fill("河道上没有的词")
    page.get_by_text("没有符合的事项").wait_for()
    page.get_by_label("查找事项").fill("项目申报")
    assert page.locator("[data-sift]:not([hidden])").count() >= 1
    draft.locator("summary").click()
    draft.get_by_role("button", name="确认删除草稿和其中的附件").click()
    page.get_by_text("草稿已删除。").wait_for()
    assert draft.count() == 0


def test_an_image_is_shown_in_a_dialog(visit: Any) -> None:
    clerk = visit("pj_unit_clerk.shuili")
    page = clerk.open("/start/project_application")
    clerk.form_is_there()
    clerk.form.fill({"is_secret": False, "plan_author_type": "第三方"})
    page.locator("input[type=file][accept*='.png']").first.set_input_files(
        [{"name": "现场.png", "mimeType": "image/png", "buffer": base64.b64decode(DOT)}]
    )
    page.get_by_role("button", name="预览 现场.png").click()

    picture = page.locator("dialog.preview img")
    expect(picture).to_have_js_property("complete", value=True)
    expect(picture).to_have_js_property("naturalWidth", value=1)
    page.keyboard.press("Escape")
    page.locator("dialog.preview").wait_for(state="detached")
    assert clerk.focused(".files-look")
