"""Every table. Open this to see what a case, a task or a job is made of; migrations are in `migrations/`.

task:  open -> claimed -> done            open|claimed -> cancelled (the case moved on)
job:   todo -> doing -> done              doing -> todo (failed, back-off)   doing -> parked (attempts spent = incident)
       parked -> todo, todo -> parked (by hand)   todo|parked -> cancelled   lease expired: doing -> todo
case:  running -> completed|terminated    running <-> suspended
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from service.store.columns import Id, Instant

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# --- what is published ------------------------------------------------------------------------------------------------
definitions = Table(
    "definitions",
    metadata,
    Column("digest", String(64), nullable=False),
    Column("key", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("name", String(200), nullable=False),
    Column("regulation", String(40), nullable=False, server_default=""),
    Column("status", String(12), nullable=False),  # draft | published | retired
    Column("xml", LargeBinary, nullable=False),
    Column("forms", LargeBinary, nullable=False),  # {form id: schema}, JSON
    Column("decisions", LargeBinary, nullable=False),  # {decision id: DMN model}, JSON
    Column("message_starts", Text, nullable=False, server_default="[]"),
    Column("author", String(80), nullable=False),
    Column("publisher", String(80)),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("key", "version"),
    Index(None, "digest"),
)

regulations = Table(
    "regulations",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the parsed YAML, tagged JSON
    Column("updated_at", Instant, nullable=False),
)

parameter_versions = Table(
    "parameter_versions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("start", Date, nullable=False),  # the first day on which it counts
    Column("value", LargeBinary, nullable=False),  # tagged JSON
    Column("applies_to_open_cases", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "name", "start"),
)

calendar_days = Table(
    "calendar_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("working", Boolean, nullable=False),
    Column("name", String(40), nullable=False, server_default=""),
)

calendar_years = Table(
    "calendar_years",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("source", String(200), nullable=False),
    Column("digest", String(64), nullable=False),
)

# --- people -----------------------------------------------------------------------------------------------------------
units = Table(
    "units",
    metadata,
    Column("id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("kind", String(40), nullable=False, server_default=""),
    Column("level", String(20), nullable=False, server_default=""),
    Column("credit_code", String(18)),
    Column("closed_on", Date),  # the first day on which nobody acts for it any more
)

accounts = Table(
    "accounts",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("display_name", String(80), nullable=False),
    Column("email", String(200)),
    Column("password", String(200)),
    Column("active", Boolean, nullable=False, server_default=text("true")),
    Column("demo", Boolean, nullable=False, server_default=text("false")),
    Column("created_at", Instant, nullable=False),
)

memberships = Table(
    "memberships",
    metadata,
    Column("account", String(80), ForeignKey("accounts.name"), nullable=False),
    Column("role", String(60), nullable=False),
    Column("unit", String(40), ForeignKey("units.id"), nullable=False),
    PrimaryKeyConstraint("account", "role", "unit"),
    Index(None, "role", "unit"),
)

delegations = Table(
    "delegations",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), ForeignKey("accounts.name"), nullable=False),  # for whom
    Column("deputy", String(80), ForeignKey("accounts.name"), nullable=False),
    Column("role", String(60), nullable=False),
    Column("start", Date, nullable=False),  # the first and the last day
    Column("until", Date, nullable=False),
    Column("reason", String(400), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),  # when it was taken back
    Index(None, "deputy"),
    Index(None, "account"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the secret in the cookie
    Column("account", String(80), ForeignKey("accounts.name"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the bearer token
    Column("account", String(80), ForeignKey("accounts.name"), nullable=False),
    Column("label", String(80), nullable=False, server_default=""),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("address", String(64), nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "account", "at"),
    Index(None, "address", "at"),
)

# --- cases and what waits ---------------------------------------------------------------------------------------------
cases = Table(
    "cases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("business_key", String(40), nullable=False),
    Column("process", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("regulation", String(40), nullable=False, server_default=""),
    Column("parent", Id),
    Column("parent_token", String(40)),
    Column("root", Id, nullable=False),
    Column("status", String(12), nullable=False),
    Column("outcome", String(80)),
    Column("title", String(200), nullable=False),
    Column("unit", String(40), nullable=False, server_default=""),
    Column("started_by", String(80), nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("archived_at", Instant),  # since when `state`, `variables` and what moved with them lie in the archive
    Column("restored_at", Instant),  # when it was last taken out of the archive
    Column("actors", Text, nullable=False),  # {"submitter": [accounts], element id: [accounts]}: who did what in the family
    Column("facts", Text, nullable=False),  # the searchable variables, as shown in lists
    Column("flags", Text, nullable=False, server_default="[]"),
    Column("parties", Text, nullable=False, server_default="[]"),  # the units in case_parties, to see whether they changed
    Column("reads_up", Boolean, nullable=False, server_default=text("true")),  # who takes part reads the case that called it
    Column("state", LargeBinary, nullable=False),  # the kernel's; bytes, because the order of its keys matters
    Column("variables", LargeBinary, nullable=False),  # the scope document, tagged JSON
    Column("revision", Integer, nullable=False),
    Column("history_seq", Integer, nullable=False),
    Column("history_head", LargeBinary, nullable=False),
    Column("waits", Integer),  # how many rows its run waits for, as of the last command; what is missing is a fault
    Index(None, "parent", "id"),
    Index(None, "root"),
    Index(None, "unit", "id"),
    Index(None, "process", "id"),
    Index(None, "business_key"),
    Index("ix_cases_started_by", "started_by", "id", sqlite_where=text("parent IS NULL"),
          postgresql_where=text("parent IS NULL")),
    Index("ix_cases_open", "process", "version", "id", sqlite_where=text("status IN ('running','suspended')"),
          postgresql_where=text("status IN ('running','suspended')")),
    Index("ix_cases_ended", "ended_at", "id",
          sqlite_where=text("parent IS NULL AND archived_at IS NULL AND ended_at IS NOT NULL"),
          postgresql_where=text("parent IS NULL AND archived_at IS NULL AND ended_at IS NOT NULL")),
)  # fmt: skip

case_parties = Table(
    "case_parties",
    metadata,
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("unit", String(40), nullable=False),  # its people may read the case: contractor, supervisor, tester
    PrimaryKeyConstraint("unit", "case_id"),
    Index(None, "case_id"),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("token", String(40), nullable=False),
    Column("element", String(80), nullable=False),
    Column("name", String(120), nullable=False),
    Column("process", String(80), nullable=False),
    Column("unit", String(40), nullable=False, server_default=""),
    Column("status", String(12), nullable=False),
    Column("queue", String(104), nullable=False),  # "role@unit", "role" (any unit) or "@account"
    Column("form", String(160)),
    Column("priority", Integer, nullable=False, server_default="50"),
    Column("due_at", Instant),
    Column("due_sort", BigInteger, nullable=False),  # due_at in milliseconds; far in the future when there is none
    Column("due", Text),  # the deadline with its derivation, JSON
    Column("deadline", String(24)),  # the period that gives the due date, and what set it going, so that it can be reckoned anew
    Column("trigger", String(40)),
    Column("calendar", String(60)),  # the calendar by which it was reckoned
    Column("notice_at", Instant),  # when its deadline next gives notice: a reminder, its day, overdue
    Column("opened_at", Instant, nullable=False),
    Column("claimed_by", String(80)),
    Column("on_behalf_of", String(80)),  # for whom it is held, or was done, by a deputy
    Column("closed_by", String(80)),
    Column("closed_at", Instant),
    Column("main_id", Id),  # of a signer's task (加签): the task to which the signer was added
    Column("return_to", String(80)),  # of a step that was sent back: the element to which it goes straight when it is done
    Index("ix_tasks_ended", "case_id", "id", sqlite_where=text("status IN ('done','cancelled')"),
          postgresql_where=text("status IN ('done','cancelled')")),
    Index("ix_tasks_main_id", "main_id", sqlite_where=text("main_id IS NOT NULL"), postgresql_where=text("main_id IS NOT NULL")),
    Index("uq_tasks_open", "case_id", "token", unique=True, sqlite_where=text("status IN ('open','claimed')"),
          postgresql_where=text("status IN ('open','claimed')")),
    Index("ix_tasks_queue", "queue", "due_sort", "id", sqlite_where=text("status IN ('open','claimed')"),
          postgresql_where=text("status IN ('open','claimed')")),
    Index("ix_tasks_claimed", "claimed_by", "due_sort", "id",
          sqlite_where=text("claimed_by IS NOT NULL AND status IN ('open','claimed')"),
          postgresql_where=text("claimed_by IS NOT NULL AND status IN ('open','claimed')")),
    Index("ix_tasks_notice", "notice_at", "id", sqlite_where=text("notice_at IS NOT NULL AND status IN ('open','claimed')"),
          postgresql_where=text("notice_at IS NOT NULL AND status IN ('open','claimed')")),
    Index("ix_tasks_due", "due_sort", "id", sqlite_where=text("due_at IS NOT NULL AND status IN ('open','claimed')"),
          postgresql_where=text("due_at IS NOT NULL AND status IN ('open','claimed')")),
    Index("ix_tasks_calendar", "calendar", "case_id", sqlite_where=text("deadline IS NOT NULL AND status IN ('open','claimed')"),
          postgresql_where=text("deadline IS NOT NULL AND status IN ('open','claimed')")),
    Index("ix_tasks_closed", "closed_by", "closed_at", postgresql_where=text("closed_by IS NOT NULL"),
          sqlite_where=text("closed_by IS NOT NULL")),
)  # fmt: skip

task_queues = Table(
    "task_queues",
    metadata,
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("queue", String(104), nullable=False),
    PrimaryKeyConstraint("queue", "task_id"),
)

task_bars = Table(
    "task_bars",
    metadata,
    Column("task_id", Id, ForeignKey("tasks.id"), nullable=False),
    Column("account", String(80), nullable=False),
    Column("rule", String(20), nullable=False),
    PrimaryKeyConstraint("task_id", "account"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id),  # null: not of one case (correlation of a message)
    Column("root", Id),
    Column("kind", String(20), nullable=False),
    Column("token", String(40)),
    Column("child", String(80)),
    Column("element", String(80)),
    Column("type", String(120)),
    Column("state", String(12), nullable=False),
    Column("legal", Boolean, nullable=False),  # due by legal time (timers) or by machine time
    Column("due_at", Instant, nullable=False),
    Column("deadline", String(24)),  # the period that gives the due date, and what set it going, so that it can be reckoned anew
    Column("trigger", String(40)),
    Column("calendar", String(60)),  # the calendar by which it was reckoned
    Column("notice_at", Instant),  # when its deadline next gives notice: a reminder, or its day
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("retries", Integer, nullable=False, server_default="3"),
    Column("lease", String(24)),
    Column("lease_until", Instant),
    Column("payload", LargeBinary),
    Column("error", Text),
    Column("created_at", Instant, nullable=False),
    Index("ix_jobs_due", "legal", "due_at", "id", sqlite_where=text("state = 'todo'"), postgresql_where=text("state = 'todo'")),
    Index("ix_jobs_calendar", "calendar", "case_id", sqlite_where=text("deadline IS NOT NULL AND state = 'todo'"),
          postgresql_where=text("deadline IS NOT NULL AND state = 'todo'")),
    Index("ix_jobs_notice", "notice_at", "id", sqlite_where=text("notice_at IS NOT NULL AND state = 'todo'"),
          postgresql_where=text("notice_at IS NOT NULL AND state = 'todo'")),
    Index("uq_jobs_doing", "case_id", unique=True, sqlite_where=text("state = 'doing'"),
          postgresql_where=text("state = 'doing'")),
    Index("ix_jobs_parked", "type", "id", sqlite_where=text("state = 'parked'"), postgresql_where=text("state = 'parked'")),
    Index("ix_jobs_case", "case_id", sqlite_where=text("state IN ('todo','doing','parked')"),
          postgresql_where=text("state IN ('todo','doing','parked')")),
    Index("ix_jobs_root", "root", sqlite_where=text("state IN ('todo','doing')"),
          postgresql_where=text("state IN ('todo','doing')")),
)  # fmt: skip

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("process", String(80), nullable=False),
    Column("kind", String(10), nullable=False),  # message | child
    Column("token", String(40), nullable=False),
    Column("child", String(80)),  # the child element, or for kind child the id of the child case once it exists
    Column("element", String(80), nullable=False),
    Column("name", String(120), nullable=False),
    Column("correlation", String(200)),
    Column("created_at", Instant, nullable=False),
    Index(None, "case_id"),
    Index(None, "name", "correlation"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("unique_id", String(120), nullable=False, unique=True),
    Column("name", String(120), nullable=False),
    Column("correlation", String(200)),
    Column("payload", LargeBinary, nullable=False),
    Column("sender", String(80), nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index(None, "name", "correlation"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("message_id", Id, ForeignKey("messages.id"), nullable=False),
    Column("process", String(80), nullable=False),
    Column("case_id", Id, nullable=False),
    Column("subscription", Id, nullable=False),
    PrimaryKeyConstraint("message_id", "process"),
    Index(None, "subscription", unique=True),
)

# --- the record -------------------------------------------------------------------------------------------------------
history = Table(
    "history",
    metadata,
    Column("chain", String(24), nullable=False),  # a case id, or "day-2026-11-23" for entries without a case
    Column("seq", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("element", String(80)),
    Column("actor", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    Column("payload", LargeBinary),
    Column("payload_digest", LargeBinary, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("hash", LargeBinary, nullable=False),
    PrimaryKeyConstraint("chain", "seq"),
    Index("ix_history_by_people", "actor", "at", sqlite_where=text("actor <> 'system'"),
          postgresql_where=text("actor <> 'system'")),
)  # fmt: skip

day_chains = Table(
    "day_chains",
    metadata,
    Column("chain", String(24), primary_key=True),
    Column("seq", Integer, nullable=False),
    Column("head", LargeBinary, nullable=False),
)

# --- what people are told of ------------------------------------------------------------------------------------------
notices = Table(
    "notices",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("task_id", Id),
    Column("job_id", Id),
    Column("kind", String(12), nullable=False),  # reminded | due | overdue | escalated | notified
    Column("deadline", String(24)),
    Column("zh", Text, nullable=False),
    Column("en", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Index(None, "case_id"),
)

notice_queues = Table(
    "notice_queues",
    metadata,
    Column("queue", String(104), nullable=False),  # "role@unit", "role" (any unit) or "@account"
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    PrimaryKeyConstraint("queue", "notice_id"),
    Index(None, "notice_id"),
)

notice_reads = Table(
    "notice_reads",
    metadata,
    Column("notice_id", Id, ForeignKey("notices.id"), nullable=False),
    Column("account", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "notice_id"),
)

notice_marks = Table(
    "notice_marks",
    metadata,
    Column("account", String(80), primary_key=True),
    Column("until", Id, nullable=False),  # the account has read everything up to this notice
)

# --- what people say, ask for and follow beside the steps --------------------------------------------------------------
comments = Table(
    "comments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("task_id", Id),
    Column("author", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("mentions", Text, nullable=False),  # [account], JSON
    Column("at", Instant, nullable=False),
    Index(None, "case_id"),
)

case_watches = Table(
    "case_watches",
    metadata,
    Column("account", String(80), nullable=False),
    Column("kind", String(8), nullable=False),  # copied (抄送) | followed (关注)
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "kind", "case_id"),
    Index(None, "case_id"),
)

signers = Table(
    "signers",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id, ForeignKey("cases.id"), nullable=False),
    Column("main_id", Id, nullable=False),  # the task to which somebody was added (加签)
    Column("task_id", Id),  # the signer's own task, once it is open
    Column("way", String(8), nullable=False),  # before | after | parallel
    Column("position", Integer, nullable=False),
    Column("account", String(80), nullable=False),
    Column("asked_by", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("state", String(8), nullable=False),  # asked | open | agreed | refused | dropped
    Column("opinion", Text),
    Column("decided_at", Instant),
    Index(None, "main_id"),
    Index(None, "case_id"),
)

held_completions = Table(
    "held_completions",
    metadata,
    Column("task_id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("body", LargeBinary, nullable=False),  # answers and signature, tagged JSON, until the added signers are done
    Column("at", Instant, nullable=False),
)

urges = Table(
    "urges",
    metadata,
    Column("task_id", Id, nullable=False),
    Column("day", Date, nullable=False),
    Column("account", String(80), nullable=False),
    Column("at", Instant, nullable=False),
    PrimaryKeyConstraint("task_id", "day"),
)

presences = Table(
    "presences",
    metadata,
    Column("task_id", Id, nullable=False),
    Column("account", String(80), nullable=False),
    Column("first_at", Instant, nullable=False),  # when the task was first read (已读)
    Column("at", Instant, nullable=False),  # when its page was last open; machine time
    PrimaryKeyConstraint("task_id", "account"),
)

# --- what each person keeps for themselves ----------------------------------------------------------------------------
phrases = Table(
    "phrases",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "account"),
)

views = Table(
    "views",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("name", String(60), nullable=False),
    Column("list", String(12), nullable=False),
    Column("query", Text, nullable=False),
    Column("shared_with", String(40)),  # a unit whose people see it
    Column("created_at", Instant, nullable=False),
    Index(None, "account"),
    Index(None, "shared_with"),
)

preferences = Table(
    "preferences",
    metadata,
    Column("account", String(80), nullable=False),
    Column("name", String(40), nullable=False),
    Column("body", LargeBinary, nullable=False),  # JSON
    PrimaryKeyConstraint("account", "name"),
)

webhooks = Table(
    "webhooks",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("address", String(400), nullable=False),
    Column("secret", String(80), nullable=False),
    Column("kinds", Text, nullable=False),  # [kind of notice], JSON
    Column("active", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "account"),
)

# --- what people enter ------------------------------------------------------------------------------------------------
drafts = Table(
    "drafts",
    metadata,
    Column("account", String(80), nullable=False),
    Column("subject", String(120), nullable=False),  # "task:<id>" or "start:<process>"
    Column("body", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
    PrimaryKeyConstraint("subject", "account"),
)

attachments = Table(
    "attachments",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_id", Id),  # null until the form that carries it is filed
    Column("account", String(80), nullable=False),
    Column("name", String(255), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("media_type", String(120), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "case_id"),
    Index(None, "sha256"),
)

case_terms = Table(
    "case_terms",
    metadata,
    Column("term", String(8), nullable=False),
    Column("case_id", Id, nullable=False),
    PrimaryKeyConstraint("term", "case_id"),
)

case_values = Table(
    "case_values",
    metadata,
    Column("case_id", Id, nullable=False),
    Column("name", String(80), nullable=False),
    Column("text", String(200)),
    Column("number", Float),
    Column("day", Date),
    PrimaryKeyConstraint("case_id", "name"),
    Index(None, "name", "number"),
    Index(None, "name", "text"),
)

# --- registers --------------------------------------------------------------------------------------------------------
registers = Table(
    "registers",
    metadata,
    Column("register", String(40), nullable=False),
    Column("key", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("indexed", String(16), nullable=False, server_default=""),  # which indexing its rows in register_values are of
    PrimaryKeyConstraint("register", "key"),
    Index(None, "register", "indexed"),
)

register_values = Table(
    "register_values",
    metadata,
    Column("register", String(40), nullable=False),
    Column("key", String(80), nullable=False),
    Column("field", String(80), nullable=False),  # "" for the words of the entry, "~" for its texts
    Column("value", String(200)),  # a searchable value; equal values have equal texts
    Column("body", Text),  # a whole text: the words of the entry, or a field that is searched by likeness
    PrimaryKeyConstraint("register", "field", "key"),
    Index("ix_register_values_value", "register", "field", "value", "key"),
)

register_schemas = Table(
    "register_schemas",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("body", LargeBinary, nullable=False),  # the parsed YAML, tagged JSON
    Column("updated_at", Instant, nullable=False),
)

register_versions = Table(
    "register_versions",
    metadata,
    Column("register", String(40), nullable=False),
    Column("key", String(80), nullable=False),
    Column("version", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
    Column("at", Instant, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("case_id", Id),
    PrimaryKeyConstraint("register", "key", "version"),
)

# --- the console ------------------------------------------------------------------------------------------------------
stuck = Table(
    "stuck",
    metadata,
    Column("key", String(140), primary_key=True),  # "<cause>:<id of what is stuck>": the same trouble keeps its row
    Column("cause", String(16), nullable=False),
    Column("case_id", Id),
    Column("task_id", Id),
    Column("job_id", Id),
    Column("process", String(80), nullable=False, server_default=""),
    Column("element", String(80), nullable=False, server_default=""),
    Column("unit", String(40), nullable=False, server_default=""),
    Column("since", Instant, nullable=False),  # when the trouble began; machine or legal time, as the cause has it
    Column("legal_due", Instant),  # the legal deadline at risk
    Column("facts", Text, nullable=False, server_default="{}"),  # what the sentence says, JSON
    Column("found_at", Instant, nullable=False),
    Index(None, "cause", "since"),
    Index(None, "since", "key"),
    Index(None, "case_id"),
    Index(None, "process", "element"),
    Index(None, "unit"),
)

stuck_counts = Table(
    "stuck_counts",
    metadata,
    Column("at", Instant, nullable=False),  # the full hour
    Column("cause", String(16), nullable=False),
    Column("process", String(80), nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("at", "cause", "process"),
)

sweeps = Table(
    "sweeps",
    metadata,
    Column("name", String(24), primary_key=True),
    Column("cursor", String(140)),  # where a sweep that goes on in the next tick stands
    Column("finished_at", Instant),
)

durations = Table(
    "durations",
    metadata,
    Column("process", String(80), nullable=False),
    Column("element", String(80), nullable=False),  # "" for the whole case
    Column("number", Integer, nullable=False),
    Column("median", Integer, nullable=False),  # seconds
    Column("p95", Integer, nullable=False),  # seconds
    Column("counted_at", Instant, nullable=False),
    PrimaryKeyConstraint("process", "element"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(20), nullable=False),
    Column("body", LargeBinary, nullable=False),  # what is to be done, tagged JSON
    Column("reason", String(400), nullable=False),
    Column("state", String(12), nullable=False),  # running | paused | done | cancelled
    Column("asked_by", String(80), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("total", Integer, nullable=False),
    Index(None, "state"),
)

batch_items = Table(
    "batch_items",
    metadata,
    Column("batch_id", Id, ForeignKey("batches.id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("subject", Id, nullable=False),  # a case, a task or a job
    Column("case_id", Id),
    Column("state", String(8), nullable=False),  # todo | waiting (asked for, not yet done) | done | failed | skipped
    Column("zh", Text),
    Column("en", Text),
    Column("before", LargeBinary),  # what an undo needs, tagged JSON
    Column("at", Instant),
    PrimaryKeyConstraint("batch_id", "seq"),
    Index(None, "batch_id", "state", "seq"),
    Index(None, "subject"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("algorithm", String(8), nullable=False),
    Column("chains", Integer, nullable=False),
    Column("links", Integer, nullable=False),
    Column("digest", LargeBinary, nullable=False),  # over the heads of all chains and the checkpoint before
    Column("signature", LargeBinary, nullable=False),
)

verifications = Table(
    "verifications",
    metadata,
    Column("id", Id, primary_key=True),
    Column("asked_by", String(80), nullable=False),
    Column("asked_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("days", Boolean, nullable=False),  # whether the chains of cases are done, and those of days are gone through
    Column("after", String(24), nullable=False),  # the last chain that was gone through
    Column("total", Integer, nullable=False),  # how many chains there were when it began
    Column("chains", Integer, nullable=False),
    Column("links", BigInteger, nullable=False),
    Column("erased", Integer, nullable=False),
    Column("broken", Integer, nullable=False),
    Column("checkpoints", Integer, nullable=False),
    Column("found", Text, nullable=False),  # the first broken chains and checkpoints, JSON
)

protected_reads = Table(
    "protected_reads",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), nullable=False),
    Column("case_id", Id, nullable=False),
    Column("field", String(80), nullable=False),
    Column("hour", BigInteger, nullable=False),  # hours since 1970: a reader, case and field once each
    Column("place", String(8), nullable=False),  # page | api | export | print | command
    Column("at", Instant, nullable=False),
    Column("seq", Integer, nullable=False),  # the line of the case's history
    UniqueConstraint("account", "case_id", "hour", "field"),
    Index(None, "at", "id"),
    Index(None, "account", "at"),
    Index(None, "case_id", "at"),
    Index(None, "field", "at"),
)

absences = Table(
    "absences",
    metadata,
    Column("id", Id, primary_key=True),
    Column("account", String(80), ForeignKey("accounts.name"), nullable=False),
    Column("start", Date, nullable=False),  # the first and the last day of leave
    Column("until", Date, nullable=False),
    Column("reason", String(400), nullable=False),
    Column("created_at", Instant, nullable=False),
    Index(None, "account"),
)

# --- alerts ------------------------------------------------------------------------------------------------------------
alert_rules = Table(
    "alert_rules",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", String(80), nullable=False),
    Column("cause", String(16), nullable=False),  # "" for any; here and in the next two
    Column("process", String(80), nullable=False),
    Column("unit", String(40), nullable=False),
    Column("least", Integer, nullable=False),  # from so many troubles on
    Column("older", Integer, nullable=False),  # that have lasted for so many minutes
    Column("recipients", Text, nullable=False),  # [[way, account or webhook]], JSON
    Column("quiet_from", Integer),  # minutes since midnight in Shanghai
    Column("quiet_until", Integer),
    Column("quiet_rest", Boolean, nullable=False),  # whether days that are not worked are quiet
    Column("every", Integer, nullable=False),  # minutes after which it is told again; 0 for never
    Column("enabled", Boolean, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("removed_at", Instant),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule_id", Id, ForeignKey("alert_rules.id"), nullable=False),
    Column("state", String(8), nullable=False),  # raised | easing (gone, for how long is not sure) | ended
    Column("raised_at", Instant, nullable=False),
    Column("ended_at", Instant),  # since when its condition has gone
    Column("number", Integer, nullable=False),
    Column("oldest", Instant),
    Column("told_at", Instant),  # when people were last told; null while it is held for quiet hours
    Column("told_number", Integer),
    Column("version", Integer, nullable=False),  # of two workers one changes it
    Index("uq_alerts_open", "rule_id", unique=True, sqlite_where=text("state IN ('raised','easing')"),
          postgresql_where=text("state IN ('raised','easing')")),
    Index(None, "rule_id"),
)  # fmt: skip

alert_messages = Table(
    "alert_messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("rule_id", Id, ForeignKey("alert_rules.id"), nullable=False),
    Column("alert_id", Id, ForeignKey("alerts.id")),  # null for a test
    Column("kind", String(8), nullable=False),  # raised | again | over | test
    Column("at", Instant, nullable=False),
    Column("way", String(8), nullable=False),  # mail | webhook
    Column("recipient", String(80), nullable=False),  # an account, or a webhook
    Column("facts", Text, nullable=False),  # what it says, JSON
    Column("job_id", Id, nullable=False),  # its delivery
    Column("sent_at", Instant),
    Column("zh", Text),  # why it was not sent, or not at the last attempt
    Column("en", Text),
    Index(None, "alert_id"),
    Index(None, "rule_id"),
)

# --- the archive -------------------------------------------------------------------------------------------------------
archives = Table(
    "archives",
    metadata,
    Column("root", Id, ForeignKey("cases.id"), primary_key=True),  # the case without a parent; its family goes with it
    Column("at", Instant, nullable=False),
    Column("by", String(80), nullable=False),
    Column("reason", String(400), nullable=False),
    Column("cases", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),  # bytes, before it was compressed
    Column("sha256", String(64), nullable=False),  # of the body; the lines case.archived of the family name it too
    Column("body", LargeBinary, nullable=False),  # what moved, compressed; see `archives`
    Index(None, "at", "root"),
)

# --- the machine ------------------------------------------------------------------------------------------------------
counters = Table(
    "counters",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("value", Integer, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    Column("account", String(80), nullable=False),
    Column("key", String(120), nullable=False),  # Idempotency-Key
    Column("request", String(64), nullable=False),  # digest of method, path and body
    Column("status", Integer),
    Column("body", LargeBinary),
    Column("created_at", Instant, nullable=False),
    PrimaryKeyConstraint("account", "key"),
)

demo_clock = Table(
    "demo_clock",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("offset", BigInteger, nullable=False),  # milliseconds that legal time is ahead of machine time
    Column("target", Instant),  # while it is being moved: where to
)

workers = Table(
    "workers",
    metadata,
    Column("id", String(60), primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
)
