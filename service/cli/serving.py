"""`chengxu serve`, `web` and `worker`: the running system."""

from __future__ import annotations

import logging
import signal
import threading
from types import FrameType

import click

from service import bootstrap
from service.cli.surroundings import OPERATOR, database_option, read_settings, say
from service.engine.facade import Engine
from service.settings import Settings
from service.worker import Worker


@click.command()
@click.option("--demo", is_flag=True, help="Seed demonstration accounts and offer them at sign-in (CHENGXU_DEMO).")
@click.option("--clock", metavar="TIME", help="Where the demonstration's clock starts, such as 2026-08-20T09:00 (CHENGXU_CLOCK).")
@click.option("--port", type=int, help="Default 8000 (CHENGXU_PORT).")
@database_option
def serve(demo: bool, clock: str | None, port: int | None, database: str | None) -> None:
    """Serve web, worker and scheduler in one process; prepares an empty database first."""
    settings = read_settings(
        database, CHENGXU_DEMO="1" if demo else None, CHENGXU_PORT=str(port) if port else None, CHENGXU_CLOCK=clock
    )
    _log(settings)
    engine, _ = bootstrap.prepare(settings)
    if settings.demo:
        password = bootstrap.seed_demo(engine, settings)
        if settings.clock is not None and bootstrap.is_untouched(engine):
            engine.set_clock(settings.clock, by=OPERATOR)
        say([f"演示账号的密码 demo password: {password}"])
    working = Worker(engine)
    working.start()
    try:
        _serve_web(engine, settings)
    finally:
        working.stop()


@click.command()
@click.option("--port", type=int)
@database_option
def web(port: int | None, database: str | None) -> None:
    """Serve the pages and the API only; run `chengxu worker` beside it."""
    settings = read_settings(database, CHENGXU_PORT=str(port) if port else None)
    _log(settings)
    engine = bootstrap.make_engine(settings, bootstrap.make_store(settings))
    _serve_web(engine, settings)


@click.command()
@database_option
def worker(database: str | None) -> None:
    """Run due jobs until told to stop."""
    settings = read_settings(database)
    _log(settings)
    engine = bootstrap.make_engine(settings, bootstrap.make_store(settings))
    working = Worker(engine, concurrency=1 if engine.machine.store.is_sqlite else settings.worker_concurrency)
    stopping = threading.Event()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    working.start()
    say([f"工作进程已启动 worker {working.id} is running"])
    stopping.wait()
    working.stop()


def _serve_web(engine: Engine, settings: Settings) -> None:
    import waitress

    from service.web.app import create_app

    server = waitress.create_server(
        create_app(engine, settings), host=settings.host, port=settings.port, threads=8,
        max_request_body_size=settings.max_upload + (1 << 20), ident="Chengxu",
    )  # fmt: skip

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    say([f"程序已启动，请在浏览器打开 Chengxu is running: open http://{settings.host}:{settings.port}/"])
    try:
        server.run()
    except KeyboardInterrupt:
        pass
    finally:
        server.close()


def _log(settings: Settings) -> None:
    logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
