"""`sow`: take one project to each stage in a database of its own, then write copies of what came of it. Open this to seed."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from service.engine.facade import Engine
from service.errors import Failed
from service.scenario import as_lines, play
from service.scenario.samples import SAMPLES
from service.seeding.nursery import Nursery
from service.seeding.pattern import Pattern
from service.seeding.stages import Stages, Variant, first_key
from service.seeding.words import Vocabulary
from service.settings import Settings
from service.store import copying

#: Projects in one transaction: others may write in between.
BATCH = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far it is. `step` is "play" (patterns) or "copy" (projects); seconds count from the beginning of the step."""

    step: str
    done: int
    total: int
    seconds: float
    now: str = ""

    @property
    def rate(self) -> float:
        return self.done / self.seconds if self.seconds else 0.0

    @property
    def left(self) -> float:
        """Seconds until the step is done, by the rate so far."""
        return (self.total - self.done) / self.rate if self.done else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sown:
    """What was written: projects by stage (the business keys), and how long playing and copying took, in seconds."""

    projects: dict[str, list[str]]
    played: float
    copied: float


Watch = Callable[[Progress], None]


def sow(engine: Engine, settings: Settings, *, projects: int, watch: Watch = lambda progress: None) -> Sown:
    """Add `projects` projects to the engine's database, on which the shipped procedures and the demo people must be.

    Failed when a pattern cannot be played, or when its procedures are not those that are published here.
    """
    now = engine.machine.clock.now()
    stages = Stages.of(settings.root)
    with engine.machine.store.read() as connection:
        vocabulary = Vocabulary(stages.words, connection)
    began = time.monotonic()
    wanted = [(variant, count) for variant, count in allot(stages.variants, projects) if count]
    patterns = _play(engine, stages, vocabulary, [variant for variant, _ in wanted], now, watch)
    _store_samples(engine)
    played, began = time.monotonic() - began, time.monotonic()
    order = [number for number, (_, count) in enumerate(wanted) for _ in range(count)]
    Random(projects).shuffle(order)
    written: dict[str, list[str]] = {variant.stage.id: [] for variant, _ in wanted}
    for start in range(0, len(order), BATCH):
        chosen = order[start : start + BATCH]
        keys = _copy(engine, str(stages.words["counter"]), vocabulary, [patterns[number] for number in chosen])
        for number, key in zip(chosen, keys, strict=True):
            written[wanted[number][0].stage.id].append(key)
        watch(Progress(step="copy", done=start + len(chosen), total=projects, seconds=time.monotonic() - began, now=keys[-1]))
    with engine.machine.store.write() as connection:
        copying.analyse(connection)
    return Sown(projects=written, played=played, copied=time.monotonic() - began)


def allot(variants: Sequence[Variant], projects: int) -> Iterator[tuple[Variant, int]]:
    """How many projects each variant gets: by the shares of the stages, evenly within a stage, the remainders last to first."""
    weights = [variant.stage.share / len(variant.stage.ages) for variant in variants]
    exact = [projects * weight / sum(weights) for weight in weights]
    counts = [int(share) for share in exact]
    by_remainder = sorted(range(len(counts)), key=lambda number: exact[number] - counts[number], reverse=True)
    for number in by_remainder[: projects - sum(counts)]:
        counts[number] += 1
    yield from zip(variants, counts, strict=True)


def _play(
    engine: Engine, stages: Stages, vocabulary: Vocabulary, variants: Sequence[Variant], now: datetime, watch: Watch
) -> list[Pattern]:
    patterns: list[Pattern] = []
    began = time.monotonic()
    with Nursery() as nursery:
        for variant in variants:
            seconds = time.monotonic() - began
            watch(Progress(step="play", done=len(patterns), total=len(variants), seconds=seconds, now=variant.stage.zh))
            patterns.append(_play_one(engine, nursery, stages, vocabulary, variant, now))
    watch(Progress(step="play", done=len(patterns), total=len(variants), seconds=time.monotonic() - began))
    return patterns


def _play_one(
    engine: Engine, nursery: Nursery, stages: Stages, vocabulary: Vocabulary, variant: Variant, now: datetime
) -> Pattern:
    filed_on = (now - timedelta(days=variant.days)).date()
    way = stages.way_to(variant.stage, filed_on=filed_on, folder=nursery.folder)
    with nursery.driver(stages.begins(filed_on)) as driver:
        for scenario in way:
            report = play(scenario, driver)
            if not report.passed:
                told = "\n".join(as_lines(report))
                raise Failed(f"演示样板没有走通：\n{told}", message_en=f"A pattern of the demonstration fails:\n{told}")
        driver.move_clock(max(now, driver.now()))
        key = first_key(filed_on)
        with driver.engine.machine.store.read() as connection:
            rows = copying.read_family(connection, key=key, now=now)
            ids = copying.list_ids(connection)
    with engine.machine.store.read() as connection:
        known = copying.versions_of(connection, [row["digest"] for row in rows["cases"]])
    for row in rows["cases"]:
        version = known.get((row["process"], row["digest"]))
        if version is None:
            raise Failed(
                f"数据库中没有发布随附的流程 {row['process']}；请先运行：chengxu db upgrade",
                message_en=f"The shipped {row['process']} is not published in this database; run: chengxu db upgrade",
            )
        row["version"] = version
    return Pattern(rows, ids, key=key, words=vocabulary.of_pattern, indexings=engine.machine.indexings)


def _copy(engine: Engine, counter: str, vocabulary: Vocabulary, patterns: Sequence[Pattern]) -> list[str]:
    """Write a copy of each pattern in one transaction; returns the business keys."""
    keys: list[str] = []
    rows: dict[str, list[copying.Row]] = {table.name: [] for table in copying.FAMILY}
    with engine.machine.store.write() as connection:
        copying.widen_cache(connection)
        years = [pattern.key.rpartition("-")[0] for pattern in patterns]
        next_ones = {year: copying.take_numbers(connection, year, years.count(year)) for year in sorted(set(years))}
        for year, pattern in zip(years, patterns, strict=True):
            number = next_ones[year]
            next_ones[year] += 1
            key = f"{year}-{number:04d}"
            percent, words = vocabulary.of_copy(number + int(year.rpartition("-")[2]) * 1_000_000)
            for table, some in pattern.cast(key=key, percent=percent, words=words).items():
                rows[table] += some
            keys.append(key)
        copying.write_families(connection, rows)
    return keys


def _store_samples(engine: Engine) -> None:
    """The files that the patterns filed."""
    for content, _ in SAMPLES.values():
        engine.machine.blobs.put(io.BytesIO(content), limit=1 << 20)
