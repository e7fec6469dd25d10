"""The plain walk of a token."""


def test_a_case_runs_from_start_to_end_and_names_its_outcome(begin):
    case = begin("start s\nuser a\nend granted\ns > a > granted")
    assert case.waits == ["a"]
    case.do("a", decision="同意")
    assert case.ended
    assert case.outcomes == ("granted",)
    assert case["decision"] == "同意"


def test_walked_lists_elements_left_and_flows_taken(begin):
    case = begin("start s\nuser a\nend e\ns > a > e")
    assert case.run.walked == ["s", "s_a"]
    case.do("a")
    assert case.run.walked == ["a", "a_e", "e"]
