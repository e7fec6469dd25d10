"""What every command needs: the store, the definitions, the rules in force, the clock. Made once by `bootstrap`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from service.access import RoleBook
from service.clock import SHANGHAI, Clock
from service.engine import work
from service.engine.checkpoint_key import Vault
from service.engine.definitions import Definition, Library
from service.engine.events import Event
from service.engine.host import World
from service.engine.outlets import Outlets
from service.engine.register_schema import RegisterBook
from service.engine.reminding import Notice, list_notices
from service.errors import Conflict, NotFound
from service.law import Calendar, CalendarDay, Catalogue, deadline, working_days_between
from service.sdk import HANDLERS, Registered
from service.similarity import similar
from service.store import Connection, Store, parameters
from service.store import definitions as definition_rows
from service.store.blobs import Blobs
from service.store.cases import CaseRow
from service.store.register_index import Indexing
from service.store.register_schemas import list_register_schemas


@dataclass(frozen=True, slots=True, kw_only=True)
class Reckoned:
    """A deadline as diagrams see it, with its notices."""

    context: Mapping[str, Any]
    notices: tuple[Notice, ...]


#: How many deadlines are kept at the most.
MOST_DEADLINES = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The law and the roles as they are stored now."""

    catalogue: Catalogue
    calendar: Calendar
    book: RoleBook
    stamp: str
    registers: RegisterBook = field(default_factory=RegisterBook)
    _reckoned: dict[tuple[str, Any], Reckoned] = field(default_factory=dict, repr=False)

    def reckon(self, period: str, trigger: date | datetime) -> Reckoned:
        """Reckon a deadline; the same question is asked often, so that answers are kept."""
        known = self._reckoned.get((period, trigger))
        if known is None:
            found = deadline(period, trigger, catalogue=self.catalogue, calendar=self.calendar)
            notices = list_notices(found, catalogue=self.catalogue, calendar=self.calendar)
            known = Reckoned(context=found.as_context(), notices=notices)
            if len(self._reckoned) < MOST_DEADLINES:
                self._reckoned[period, trigger] = known
        return known

    def deadline(self, period: str, trigger: date | datetime) -> dict[str, Any]:
        """A deadline as the FEEL context that diagrams see."""
        return dict(self.reckon(period, trigger).context)

    def notices(self, period: str, trigger: date | datetime, *, timer: bool = False) -> tuple[Notice, ...]:
        """The notices of a deadline, the earliest first.

        Those of a timer concern somebody whom the period names, and end with its day, because then it fires.
        """
        given = self.reckon(period, trigger).notices
        if not timer:
            return given
        last = self.catalogue.list_period_versions(period)[-1]
        if not (last.actor or last.reminds or last.escalates_to):
            return ()
        has_day = any(one.event is Event.DEADLINE_DUE for one in given)
        return tuple(one for one in given if not has_day or one.event is not Event.DEADLINE_OVERDUE)

    def next_notice(self, period: str, trigger: date | datetime, *, after: datetime, timer: bool = False) -> datetime | None:
        return next((one.at for one in self.notices(period, trigger, timer=timer) if one.at > after), None)

    @classmethod
    def read(cls, connection: Connection) -> Rules:
        written = Catalogue.from_yaml_data(definition_rows.list_regulations(connection).values())
        catalogue = written.with_parameters(
            (one.name, one.start, one.value, one.applies_to_open_cases, one.at) for one in parameters.list_changes(connection)
        )
        days, years = definition_rows.read_calendar(connection)
        calendar = Calendar.from_rows(
            [CalendarDay(day=day, working=working, name=name) for day, working, name in days],
            years=[year for year, _ in years],
        )
        book = RoleBook.of(catalogue.roles.values())
        registers = RegisterBook.of(list_register_schemas(connection))
        stamp = definition_rows.rules_stamp(connection)
        return cls(catalogue=catalogue, calendar=calendar, book=book, stamp=stamp, registers=registers)


@dataclass(slots=True, kw_only=True)
class Machine:
    """The surroundings of a command."""

    store: Store
    clock: Clock
    blobs: Blobs
    rules: Rules
    library: Library = field(default_factory=Library)
    wake: Callable[[], None] = lambda: None
    load_handlers: Callable[[], object] = lambda: None
    clock_changed: Callable[[], None] = lambda: None
    drain: Callable[[], object] = lambda: None
    outlets: Outlets = field(default_factory=Outlets)
    vault: Vault | None = None
    world: World = field(init=False)

    def __post_init__(self) -> None:
        functions: dict[str, Callable[..., Any]] = {
            "deadline": self._deadline,
            "working_days_between": lambda start, end: working_days_between(start, end, self.rules.calendar),
            "similar": similar,
        }
        self.world = World(
            functions=functions, find_handler=self.find_handler, find_parameter=self.find_parameter,
            registers=lambda: self.rules.registers, find_definition=self.library.get,
        )  # fmt: skip

    def find_handler(self, name: str | None) -> Registered | None:
        """Find a handler by name. One that is not known yet may have been put into a handler folder since the start."""
        if name is None:
            return None
        if name not in HANDLERS:
            self.load_handlers()
        return HANDLERS.get(name)

    def find_parameter(self, name: str, started: date) -> Any:
        """The value of a dated parameter for a case; NotFound for a name that no regulation defines."""
        return self.rules.catalogue.get_parameter_for_case(name, started=started, today=self.clock.now().date()).value

    def practice(self, name: str, default: int) -> int:
        """A dated practice parameter of the machine itself, as it counts today; `default` where no stored regulation has it."""
        try:
            return int(self.rules.catalogue.get_parameter(name, on=self.clock.now().astimezone(SHANGHAI).date()).value)
        except NotFound:
            return default

    @property
    def book(self) -> RoleBook:
        return self.rules.book

    @property
    def indexings(self) -> Mapping[str, Indexing]:
        """By what the entries of each register are found."""
        return self.rules.registers.indexings

    def reload_rules(self) -> None:
        """Read regulations, roles and calendar again; after a deployment."""
        with self.store.read() as connection:
            self.rules = Rules.read(connection)

    def refresh_rules(self, connection: Connection) -> None:
        """Read them again only when another process has stored something since."""
        if definition_rows.rules_stamp(connection) != self.rules.stamp:
            self.rules = Rules.read(connection)

    def _deadline(self, period: str, trigger: date | datetime | None) -> dict[str, Any] | None:
        if trigger is None:
            return None
        return self.rules.deadline(period, trigger)

    def lookup(self, name: str) -> Any:
        """What FEEL may use before there is a case."""
        if name in ("today", "now"):
            moment = self.clock.now()
            return (lambda: moment.date()) if name == "today" else (lambda: moment)
        if name == "parameter":
            return lambda wanted: self.find_parameter(str(wanted), self.clock.now().date())
        return self.world.functions.get(name)

    def begin(self, connection: Connection, row: CaseRow, *, actor: str) -> work.Work:
        """Load a locked case; Conflict when it has ended or is suspended."""
        if row.status != "running":
            raise Conflict(
                {"suspended": "该案件已暂停办理。", "completed": "该案件已办结。"}.get(row.status, "该案件已终止。"),
                message_en=f"This case is {row.status}.",
            )
        return self.load(connection, row, actor=actor)

    def load(self, connection: Connection, row: CaseRow, *, actor: str) -> work.Work:
        return work.begin(
            connection,
            row,
            self.definition(connection, row),
            world=self.world,
            actor=actor,
            at=self.clock.now(),
            machine=self.clock.machine(),
            calendar=self.rules.calendar.version,
            next_notice=self.rules.next_notice,
        )

    def definition(self, connection: Connection, row: CaseRow) -> Definition:
        return self.library.get(connection, row.process, row.digest)
