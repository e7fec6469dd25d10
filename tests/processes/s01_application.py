"""Scenario S01 as far as the application and its technical review: who answers what, in order.

Plain data, as the API takes it: money as strings, dates as ISO 8601. Replace `PLAN_DOC` by the id of an uploaded PDF. `unit_id`
is not sent; the case fills it in from the person who files.
"""

from __future__ import annotations

from typing import Any

PROCESS = "project_application"
#: Stands in a file field for the id of an uploaded file.
PLAN_DOC = "{plan_doc}"

CLERK = "pj_unit_clerk.jiaoyu"
UNIT_LEAD = "pj_unit_lead.jiaoyu"
INTAKE = "pj_center_intake.zhongxin"
#: One reviewer for each dimension; any order will do, nobody twice.
REVIEWERS = ("pj_center_review.zhongxin", *(f"pj_center_review.zhongxin.{number}" for number in range(2, 6)))
#: Fixes the indicators; reviewed no dimension, which the law does not ask for but keeps the roles apart.
INDICATOR_FIXER = "pj_center_review.zhongxin.6"
CENTRE_LEAD = "pj_center_lead.zhongxin"

#: Start form: F-PJ-10 with F-PJ-11.
APPLICATION: dict[str, Any] = {
    "is_secret": False,
    # 一、项目基本情况
    "project_name": "教育资源共享平台",
    "route": "年度",
    "project_type": "应用系统开发",
    "nature": "新建",
    "fund_source": "市级财政",
    "basis": "全市教育信息化发展规划和市政府年度重点工作安排。",
    "objective": (
        "面向全市中小学建设统一的教育资源共享平台，汇聚课程、题库和教研资料，为教师备课、学生自主学习和教研活动提供一站式服务，"
        "解决各校资源分散、重复购置的问题。"
    ),
    "impl_plan": [
        {"year": 2027, "milestone": "完成平台主体开发并在十所学校试用"},
        {"year": 2028, "milestone": "完成全市推广和终验"},
    ],
    # 二、投资
    "total_investment": "3200000.00",
    "annual_investment": [{"year": 2027, "amount": "2000000.00"}, {"year": 2028, "amount": "1200000.00"}],
    # 三、覆盖范围与建设主体
    "scope_level": "单部门",
    "base_facility": False,
    "cloud_deploy": "是",
    # 四、现有系统与数据共享
    "existing_systems": [],
    "share_commit": "同意",
    # 五、年限与周期
    "service_life_years": 6,
    "build_start": "2027-03-01",
    "build_end": "2028-09-30",
    "started_already": False,
    "tech_complexity": False,
    # 六、方案编制
    "plan_author_type": "自行",
    # 七、建设方案
    "plan_doc": [PLAN_DOC],
    "necessity": "各校资源重复购置，城乡差距明显，需要统一平台。",
    "feasibility": "市级政务云和教育城域网已经具备，技术成熟。",
    "rationality": "按使用规模配置，分两年实施，投资与效益相当。",
    "business_need": "资源汇聚、目录检索、在线备课、教研协作、使用统计。",
    "content": (
        "建设资源汇聚、资源目录、在线备课、教研协作、学习空间和运营统计六个子系统；整理入库三十万件教学资源；与市政务数据交换共享平台、"
        "统一身份认证和各校现有教务系统对接；部署在市级政务云，面向全市二百所学校、一万二千名教师和十五万名学生提供服务；配套开展教师培训和推广应用。"
    ),
    "security_design": (
        "按网络安全等级保护第三级设计：身份鉴别、访问控制、数据加密、日志审计、备份恢复，与平台同步规划、同步建设、同步运行。"
    ),
    "secure_products": [
        {"product": "国产操作系统", "version": "V10", "proof": "列入安全可靠测评结果公告"},
        {"product": "国产关系数据库", "version": "V8", "proof": "列入安全可靠测评结果公告"},
        {"product": "国产中间件", "version": "V7", "proof": "具有自主知识产权和适配证明"},
    ],
    "data_sharing_design": "资源目录和使用统计按共享目录提供给相关部门，通过市政务数据交换共享平台交换。",
    "budget_breakdown": [
        {"item": "应用软件开发", "qty": 1, "unit": "项", "amount": "2400000.00"},
        {"item": "资源整理入库", "qty": 300000, "unit": "件", "amount": "600000.00"},
        {"item": "培训与推广", "qty": 1, "unit": "项", "amount": "200000.00"},
    ],
    # 八、承诺
    "statement": True,
}

SIGNED_BY_UNIT: dict[str, Any] = {"decision": "同意", "opinion": "材料属实，同意申报。"}

#: F-PJ-12. The items are those that the case offers for this application.
ACCEPTED: dict[str, Any] = {
    "checklist": [
        {"item": item, "present": True}
        for item in ("项目申报表", "建设方案文本", "信息安全设计", "安全可靠产品清单", "投资概算明细", "年度实施计划")
    ],
    "result": "受理",
    "note": "材料齐全。",
    "expert_panel": False,
}

DIMENSIONS = ("布局合规性", "技术路线科学性", "投资预算合理性", "信息安全可靠性", "数据共享可行性")

#: F-PJ-13 by dimension; `dimension` itself is fixed by the case.
REVIEWS: dict[str, dict[str, Any]] = {
    dimension: {"result": "通过", "score": 90, "opinion": "符合要求。", "reviewer_no_conflict": True} for dimension in DIMENSIONS
}
REVIEWS["投资预算合理性"]["suggested_budget"] = "3200000.00"

#: F-PJ-15.
INDICATORS: dict[str, Any] = {
    "approved_content": APPLICATION["content"],
    "approved_scale": "服务二百所学校、一万二千名教师和十五万名学生；资源三十万件。",
    "approved_budget": "3200000.00",
    "other_indicators": [{"name": "并发用户数", "value": "20000", "unit": "人"}],
    "approved_start": "2027-03-01",
    "approved_end": "2028-09-30",
    "approved_service_life": 6,
}

SIGNED_BY_CENTRE: dict[str, Any] = {"decision": "同意", "opinion": "同意通过技术审查。"}

#: The happy path: (account, element, answers). The five review tasks stand in the child case `technical_review`.
STEPS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    (UNIT_LEAD, "sign_application", SIGNED_BY_UNIT),
    (INTAKE, "intake_check", ACCEPTED),
    *((reviewer, "review_dimension", REVIEWS[dimension]) for reviewer, dimension in zip(REVIEWERS, DIMENSIONS, strict=True)),
    (INDICATOR_FIXER, "fix_indicators", INDICATORS),
    (CENTRE_LEAD, "sign_decision", SIGNED_BY_CENTRE),
)
#: These two ask for the password again.
SIGNING = frozenset({"sign_application", "sign_decision"})
OUTCOME = "approved"
