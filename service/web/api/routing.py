"""How a view of the API is declared: its address, its arguments, its answer. Open this before writing the first one.

    blueprint = make_blueprint("tasks", "What waits for people.")

    @endpoint(blueprint, "POST", "/tasks/<task_id>/complete", answer=Completed, body=Complete, query=Wait)
    def complete_task(body, query, task_id): ...

The answer is documentation: views encode what they return themselves, which costs a tenth of dumping it through a schema.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import marshmallow as ma
from flask_smorest import Blueprint

from service.web.arguments import Parser

PREFIX = "/api/v1"
View = TypeVar("View", bound=Callable[..., Any])


def make_blueprint(name: str, description: str) -> Any:
    made = Blueprint(name, __name__, url_prefix=PREFIX, description=description)
    made.ARGUMENTS_PARSER = Parser()
    return made


def endpoint(
    blueprint: Any,
    method: str,
    rule: str,
    *,
    answer: type[ma.Schema] | None,
    status: int = 200,
    body: type[ma.Schema] | None = None,
    query: type[ma.Schema] | None = None,
    files: type[ma.Schema] | None = None,
    also: Sequence[int] = (),
    content_type: str | None = None,
) -> Callable[[View], View]:
    """Declare a view. It is called with body, query and files, those that are declared and in this order, then the parts of
    the address by name. `also`: other statuses of success with the same answer. Errors are documented for all views alike.
    """

    def declare(view: View) -> View:
        made: Any = view
        for code in (status, *also):
            made = blueprint.alt_response(code, schema=answer, content_type=content_type, success=True)(made)
        for schema, location in ((files, "files"), (query, "query"), (body, "json")):
            if schema is not None:
                made = blueprint.arguments(schema, location=location)(made)
        blueprint.route(rule, methods=[method])(made)
        return view

    return declare
