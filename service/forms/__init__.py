"""Forms: a form-js schema becomes the one validator of page and API.

    form = compile(schema)                 InvalidDefinition lists every problem
    answers = form.validate(sent, variables=..., files=...)   typed answers, or InvalidAnswers with every finding

Start reading at `form` (what a submission goes through), `model` (what a form is made of) or `inputs` (what a component may say).
"""

from service.forms.client import schema_for_client
from service.forms.compiler import compile
from service.forms.form import Form
from service.forms.inspection import Files
from service.forms.model import FileFacts

__all__ = ["FileFacts", "Files", "Form", "compile", "schema_for_client"]
