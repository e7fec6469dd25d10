"""What the kernel relies on in SpiffWorkflow; a red test here after an upgrade says where to look first."""

import inspect
from importlib.metadata import version

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.mixins.bpmn_spec_mixin import BpmnSpecMixin
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState
from SpiffWorkflow.workflow import Workflow

import service.engine.kernel as kernel


def test_the_version_is_the_one_that_the_kernel_was_written_for():
    assert version("SpiffWorkflow").startswith("3.2.")


def test_the_hooks_that_the_kernel_overrides_exist():
    for name in ("_predict", "_update", "_update_hook", "_on_ready", "_run", "_run_hook", "_on_complete", "_on_cancel"):
        assert callable(getattr(TaskSpec, name)), name
    for name in ("run", "complete", "cancel", "_ready", "_set_state", "_add_child", "_sync_children"):
        assert callable(getattr(Task, name)), name
    assert callable(Workflow._task_completed_notify)
    assert callable(MultiChoice.connect_if)


def test_a_step_is_run_through_its_hook_and_completed_through_its_own():
    assert "_run_hook" in inspect.getsource(TaskSpec._run)
    assert "task_spec._on_complete(self)" in inspect.getsource(Task.complete)
    assert "task_spec._on_ready(self)" in inspect.getsource(Task._ready)


def test_the_parser_looks_for_the_split_before_an_activity_under_the_name_that_we_give_it():
    source = inspect.getsource(TaskParser.parse_node)
    assert "f'{target_ref}.BoundaryEventSplit'" in source
    for hook in ("create_task", "_add_multiinstance_task", "_add_boundary_event", "connect_outgoing"):
        assert hook in source


def test_the_instance_of_a_multi_instance_is_renamed_and_hangs_below_the_body():
    assert "[child]" in inspect.getsource(TaskParser._copy_task_attrs)


def test_states_have_the_numbers_that_stored_cases_hold():
    numbers = (TaskState.FUTURE, TaskState.WAITING, TaskState.READY, TaskState.STARTED, TaskState.COMPLETED, TaskState.CANCELLED)
    assert numbers == (4, 8, 16, 32, 64, 256)


def test_specs_take_their_id_and_free_attributes():
    assert list(inspect.signature(BpmnSpecMixin.__init__).parameters) == ["self", "wf_spec", "bpmn_id", "kwargs"]


def test_nothing_of_the_library_is_patched():
    assert kernel.parse
    for owner in (Task, TaskSpec, Workflow, TaskParser):
        assert all(member.__module__ == owner.__module__ for member in vars(owner).values() if inspect.isfunction(member))
