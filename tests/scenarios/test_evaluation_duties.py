"""Who evaluates does not approve, and who evaluates the own performance does not draw the sample (SoD-10)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from service.scenario import Ground, Scenario, as_lines, play
from service.store import people

EVALUATED = """
title: 职责分离
given:
  clock: 2027-03-02T09:00+08:00
  registers:
    project:
      PJ-2023-0001:
        {project_id: PJ-2023-0001, project_name: 平台, unit_id: jiaoyu, status: operating, accepted_on: 2026-01-10}
answers:
  report: {usage: [{metric: 次, value: "1"}], users: 1, shared_items: 1, incidents: 无, maintenance: 无}
  grade: {score: 90, grade: 优, findings: 好, suggestion: 无}
  own: {target: [{indicator: 次, planned: "1", actual: "1"}], self_score: 90}
  sample:
    sample_reason: 抽查
    recheck: [{project_id: PJ-2023-0001, kind: 抽查, score: 90, finding: 一致}]
    difference: 无
    conclusion: 好
  agreed: {decision: 同意}
steps:
  - {who: sysadmin.zhongxin, start: evaluation, answers: {year: 2027}}
  - {who: pj_unit_clerk.jiaoyu, task: report_use, answers: report}
  - {who: pj_center_eval.zhongxin, task: evaluate_use, answers: grade}
  - who: pj_center_eval.zhongxin
    task: approve_results
    answers: agreed
    expect: {refused: {rule: SoD-2}, open: [approve_results]}
  - who: sysadmin.zhongxin
    task: approve_results
    answers: agreed
    expect: {refused: {rule: R-SYS-01}, open: [approve_results]}
  - {who: pj_center_lead.zhongxin, task: approve_results, answers: agreed, expect: {open: [self_evaluate]}}
  - {who: pj_unit_clerk.jiaoyu, task: self_evaluate, answers: own}
  - who: pj_unit_clerk.jiaoyu
    task: sample_performance
    answers: sample
    expect: {refused: {rule: SoD-10}, open: [sample_performance]}
  - {who: pj_fin_perf.caizheng, task: sample_performance, answers: sample, expect: {status: completed}}
"""
MORE = {
    "sysadmin.zhongxin": [("pj_center_eval", "zhongxin"), ("pj_center_lead", "zhongxin")],
    "pj_center_eval.zhongxin": [("pj_center_eval", "zhongxin"), ("pj_center_lead", "zhongxin")],
    "pj_unit_clerk.jiaoyu": [("pj_unit_clerk", "jiaoyu"), ("pj_fin_perf", "caizheng")],
}


@pytest.fixture
def evaluated(scenario: Callable[[str], Scenario]) -> Scenario:
    return scenario(EVALUATED)


def test_evaluators_do_not_approve_and_self_evaluators_do_not_sample(ground: Ground, evaluated: Scenario) -> None:
    with ground.driver(evaluated) as driver:
        with driver.engine.machine.store.write() as connection:
            for name, roles in MORE.items():
                people.change_account(connection, name, display_name=name, roles=roles)
        report = play(evaluated, driver)
    assert report.passed, "\n".join(as_lines(report))
    refused: Any = [step for step in report.steps if step.step.expects_refusal]
    assert len(refused) == 3
