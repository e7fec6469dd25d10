"""DMN: decision tables and the rest of a decision model, evaluated with FEEL, with a trace that says why.

model = parse(xml)
result = model.evaluate("eligibility", {"applicant": {"age": 20}})
result.value, result.trace, result.messages, result.as_json()
"""

from service.dmn import boxed, iterators, tables
from service.dmn.model import Entry, Model, Resolve, parse
from service.dmn.trace import DecisionTrace, Message, Result, TableTrace

#: Modules that declare kinds of expressions when they are imported.
DECLARING = (boxed, iterators, tables)

__all__ = ["DecisionTrace", "Entry", "Message", "Model", "Resolve", "Result", "TableTrace", "parse"]
