"""The lint rules, one a file: `ID`, what it wants in the docstring, a correct and an incorrect example, the check.

A rule looks at one of three things: the bytes before anything is parsed (`check_source`), one diagram (`check`), or the whole
bundle (`check_bundle`). A new rule is a new file and a line here. In an incorrect example `<!-- ✗ id -->` marks the line and
the element that the rule must blame.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from service.engine.lint.rules import (
    boundary_attached,
    called_element_input,
    condition_missing,
    dangling_flow,
    di_edge_through_shape,
    di_label_overlap,
    di_missing,
    di_outside_lane,
    di_overlap,
    duplicate_flow,
    duplicate_id,
    duplicate_process,
    end_event_reachable,
    error_without_code,
    event_gateway_targets,
    event_kind,
    event_subprocess_start,
    fake_join,
    feel_syntax,
    form_invalid,
    form_without_element,
    gateway_default,
    gateway_join_fork,
    id_snake_case,
    io_mapping,
    lane_nobody,
    message_correlation,
    message_without_name,
    missing_form,
    multi_instance_collection,
    name_missing,
    no_doctype,
    no_implicit_split,
    no_python,
    process_id_is_file_name,
    role_vacant,
    single_process,
    start_event_single_none,
    superfluous_gateway,
    superfluous_termination,
    timer_without_time,
    unknown_article,
    unknown_called_process,
    unknown_decision,
    unknown_element,
    unknown_handler,
    unknown_period,
    unknown_return,
    unknown_sod,
    unknown_variable,
    unreachable_element,
    unused_definition,
    user_task_in_lane,
    well_formed,
)
from service.errors import Problem

SOURCE_RULES = (no_doctype, well_formed)

DOCUMENT_RULES = (
    single_process,
    process_id_is_file_name,
    duplicate_id,
    id_snake_case,
    unknown_element,
    event_kind,
    dangling_flow,
    start_event_single_none,
    event_subprocess_start,
    boundary_attached,
    unreachable_element,
    end_event_reachable,
    gateway_default,
    condition_missing,
    no_implicit_split,
    gateway_join_fork,
    superfluous_gateway,
    superfluous_termination,
    fake_join,
    duplicate_flow,
    event_gateway_targets,
    no_python,
    feel_syntax,
    io_mapping,
    timer_without_time,
    message_without_name,
    message_correlation,
    error_without_code,
    unused_definition,
    multi_instance_collection,
    called_element_input,
    missing_form,
    user_task_in_lane,
    lane_nobody,
    role_vacant,
    unknown_handler,
    unknown_called_process,
    unknown_decision,
    unknown_article,
    unknown_period,
    unknown_return,
    unknown_sod,
    name_missing,
    di_missing,
    di_overlap,
    di_outside_lane,
    di_edge_through_shape,
    di_label_overlap,
)

BUNDLE_RULES = (duplicate_process, unknown_variable, form_invalid, form_without_element)

RULES: tuple[ModuleType, ...] = (*SOURCE_RULES, *DOCUMENT_RULES, *BUNDLE_RULES)


def check_source(file: str, data: bytes) -> Iterator[Problem]:
    """Find what makes bytes unfit for parsing as a diagram."""
    for rule in SOURCE_RULES:
        yield from rule.check_source(file, data)
