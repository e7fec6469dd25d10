"""Who sees and who writes which variable."""

from service.engine.kernel.scope import CASE, Scopes, View


def nested() -> Scopes:
    scopes = Scopes()
    scopes.merge(CASE, {"a": 1, "b": 2})
    scopes.open("1", CASE, {"b": 20})
    scopes.open("2", "1", {"c": 300}, wall=True)
    scopes.open("3", "2")
    return scopes


def test_the_innermost_value_is_seen():
    assert nested().visible("3") == {"a": 1, "b": 20, "c": 300}
    assert nested().find("3", "b") == 20
    assert nested().find(CASE, "c") is None


def test_a_value_goes_to_the_nearest_scope_that_has_the_name_else_to_the_case():
    scopes = nested()
    scopes.merge("1", {"a": 7, "b": 8, "new": 9})
    assert scopes.local(CASE) == {"a": 7, "b": 2, "new": 9}
    assert scopes.local("1") == {"b": 8}


def test_a_wall_keeps_results_inside_unless_they_are_mapped_out():
    scopes = nested()
    scopes.merge("3", {"a": 7, "c": 8})
    assert scopes.local("2") == {"c": 8, "a": 7}
    assert scopes.local(CASE)["a"] == 1
    scopes.merge("1", {"a": 9}, through_walls=True)
    assert scopes.local(CASE)["a"] == 9


def test_a_view_asks_extra_names_first_and_the_host_last():
    view = View(nested(), "3", {"a": 0, "today": "now"}.get, {"c": None})
    assert view.get("a") == 1
    assert view.get("c") is None
    assert view.get("today") == "now"
    assert view.get("absent") is None


def test_a_null_variable_hides_an_outer_one():
    scopes = nested()
    scopes.local("1")["a"] = None
    assert View(scopes, "3", {"a": 5}.get).get("a") is None


def test_input_mappings_are_local_and_later_ones_see_earlier_ones(begin):
    case = begin('start s\nuser u in.x="=a + 1" in.y="=x + 1"\nend e\ns > u > e', a=1)
    seen = case.reload().variables(case.token("u"))
    assert (seen["x"], seen["y"]) == (2, 3)
    case.do("u", z=1)
    assert case.run.variables() == {"a": 1, "z": 1}


def test_an_output_mapping_is_all_that_leaves_a_step(begin):
    case = begin('start s\nuser u out.b="=z * 2" out.c="=b + a"\nuser v\nend e\ns > u > v > e', a=1)
    case.do("u", z=4)
    assert case.run.variables() == {"a": 1, "b": 8, "c": 9}


def test_a_sub_process_with_inputs_has_variables_of_its_own(begin):
    text = 'start s\nsub p in.n="=a" out.a="=n"\n  start ps\n  user u\n  end pe\n  ps > u > pe\nuser v\nend e\ns > p > v > e'
    case = begin(text, a=1)
    case.do("u", n=5, other=2)
    assert case.run.variables() == {"a": 5, "other": 2}


def test_scripts_and_decisions_set_their_result_variable(begin, make_host):
    host = make_host(decisions={"route": "甲类"})
    case = begin('start s\nscript c script="=a + 1" to=b\nrule r decision=route to=kind\nend e\ns > c > r > e', host=host, a=1)
    assert (case["b"], case["kind"]) == (2, "甲类")
    assert host.seen == [("route", {"a": 1, "b": 2})]


def test_an_inline_handler_sees_its_inputs_and_what_is_around(begin, make_host):
    host = make_host(handlers={"check": lambda v: {"total": v["x"] + v["a"]}})
    case = begin('start s\nservice j type=check in.x="=a * 10"\nend e\ns > j > e', host=host, a=1)
    assert host.seen == [("j", {"a": 1, "x": 10})]
    assert case.run.variables() == {"a": 1, "total": 11}


def test_a_handler_may_give_nothing(begin, make_host):
    case = begin("start s\nservice j type=check\nend e\ns > j > e", host=make_host(handlers={"check": lambda v: None}), a=1)
    assert case.ended
    assert case.run.variables() == {"a": 1}


def test_attributes_are_evaluated_where_the_token_stands(begin):
    case = begin('start s\nuser u each="=[1,2]" as=x\nend e\ns > u > e', unit_id="u7")
    assert case.reload().evaluate(case.token("u", 1), '="pj_unit_lead@" + unit_id + string(x)') == "pj_unit_lead@u72"
    assert case.run.evaluate(case.token("u"), "pj_gov") == "pj_gov"
    assert case.run.evaluate(None, "=x") is None


def test_variables_may_be_corrected_in_a_scope_or_in_the_case(begin):
    case = begin("start s\nuser u in.x=1\nend e\ns > u > e", a=1)
    case.reload().set_variables(case.token("u"), {"x": 5, "a": 2})
    assert case.reload().variables(case.token("u")) == {"a": 2, "x": 5}
    assert case.run.variables() == {"a": 2}
