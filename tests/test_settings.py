"""Settings from the environment: what is taken when nothing is set, and what a wrong value is answered with."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.errors import Invalid
from service.settings import Settings


def test_without_any_variable_the_database_and_files_lie_in_var_of_the_checkout(tmp_path: Path) -> None:
    settings = Settings.from_environment({}, root=tmp_path)

    assert settings.database == f"sqlite:///{tmp_path}/var/chengxu.db"
    assert settings.files == tmp_path / "var" / "files"
    assert settings.secret_file == tmp_path / "var" / "secret.key"
    assert (settings.host, settings.port, settings.max_upload) == ("127.0.0.1", 8000, 104_857_600)
    assert settings.demo is False
    assert settings.handler_folders == (tmp_path / "handlers",)


def test_the_checkout_is_the_folder_that_holds_service() -> None:
    assert (Settings.from_environment({}).root / "service" / "settings.py").is_file()


def test_files_and_key_lie_beside_the_sqlite_file(tmp_path: Path) -> None:
    settings = Settings.from_environment({"CHENGXU_DATABASE": f"sqlite:///{tmp_path}/here/a.db"}, root=Path("/elsewhere"))

    assert settings.files == tmp_path / "here" / "files"
    assert settings.secret_file == tmp_path / "here" / "secret.key"


def test_a_relative_sqlite_file_counts_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings.from_environment({"CHENGXU_DATABASE": "sqlite:///a.db"}).database == f"sqlite:///{tmp_path}/a.db"


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_spelling_of_postgresql_uses_the_one_driver(scheme: str) -> None:
    settings = Settings.from_environment({"CHENGXU_DATABASE": f"{scheme}://u:p@db/chengxu"}, root=Path("/app"))

    assert settings.database == "postgresql+psycopg://u:p@db/chengxu"
    assert settings.files == Path("/app/var/files")


def test_handler_folders_are_added_after_the_shipped_one(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()

    settings = Settings.from_environment({"CHENGXU_HANDLERS": f"{one}{os.pathsep}{two}"}, root=Path("/app"))

    assert settings.handler_folders == (Path("/app/handlers"), one, two)


@pytest.mark.parametrize(("value", "demo"), [("1", True), ("Yes", True), ("on", True), ("0", False), ("no", False), ("", False)])
def test_demo_takes_the_usual_words_for_yes_and_no(value: str, demo: bool) -> None:
    assert Settings.from_environment({"CHENGXU_DEMO": value}).demo is demo


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.from_environment({"CHENGXU_PORT": " "}).port == 8000


@pytest.mark.parametrize(("value", "port"), [("1", 1), ("65535", 65535)])
def test_the_first_and_the_last_port_are_ports(value: str, port: int) -> None:
    assert Settings.from_environment({"CHENGXU_PORT": value}).port == port


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CHENGXU_DATABASE", "mysql://host/chengxu"),
        ("CHENGXU_DATABASE", "/var/lib/chengxu.db"),
        ("CHENGXU_DATABASE", "sqlite://"),
        ("CHENGXU_DATABASE", "sqlite:///:memory:"),
        ("CHENGXU_DEMO", "perhaps"),
        ("CHENGXU_HANDLERS", "/no/such/folder"),
        ("CHENGXU_LOG_LEVEL", "LOUD"),
        ("CHENGXU_MAX_UPLOAD", "0"),
        ("CHENGXU_PORT", "0"),
        ("CHENGXU_PORT", "65536"),
        ("CHENGXU_PORT", "८०००"),
        ("CHENGXU_WORKER_CONCURRENCY", "-1"),
        ("CHENGXU_SMTP_URL", "mail.example.org"),
        ("CHENGXU_SMTP_URL", "smtp://mail.example.org:99999"),
        ("CHENGXU_SMTP_URL", "smtp://mail.example.org?tls=1"),
        ("CHENGXU_SMTP_URL", "smtp://mail.example.org?starttls=perhaps"),
        ("CHENGXU_MAIL_FROM", "Chengxu"),
        ("CHENGXU_MAIL_FROM", "a\r\nBcc: b@example.org"),
        ("CHENGXU_PUBLIC_URL", "chengxu.example.org"),
        ("CHENGXU_PUBLIC_URL", "https://chengxu.example.org/?x=1"),
        ("CHENGXU_WEBHOOK_PRIVATE", "perhaps"),
        ("CHENGXU_HASH", "md5"),
    ],
)
def test_a_bad_value_is_refused_with_the_variable_and_a_good_value(name: str, value: str) -> None:
    with pytest.raises(Invalid) as refused:
        Settings.from_environment({name: value})

    assert name in refused.value.message
    assert name in refused.value.message_en
    assert "A good value: " in refused.value.message_en


def test_passwords_do_not_show_when_settings_are_printed() -> None:
    settings = Settings.from_environment(
        {"CHENGXU_DATABASE": "postgresql://u:hush1@db/chengxu", "CHENGXU_DEMO_PASSWORD": "hush2"}
    )

    assert "hush" not in repr(settings)


MAIL = {
    "CHENGXU_SMTP_URL": "smtp://me%40example.org:hush%2F3@mail.example.org:2525?starttls=1",
    "CHENGXU_MAIL_FROM": "程序 <chengxu@example.org>",
    "CHENGXU_PUBLIC_URL": "https://chengxu.example.org/",
}


def test_a_mail_server_is_read_from_its_address() -> None:
    settings = Settings.from_environment(MAIL)
    assert settings.mail is not None
    assert (settings.mail.host, settings.mail.port, settings.mail.security) == ("mail.example.org", 2525, "starttls")
    assert (settings.mail.user, settings.mail.password) == ("me@example.org", "hush/3")
    assert settings.public_url == "https://chengxu.example.org"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("url", "port", "security"),
    [("smtp://m", 25, "none"), ("smtp://m?starttls=1", 587, "starttls"), ("smtps://m", 465, "tls"), ("smtps://m:1", 1, "tls")],
)
def test_each_way_to_a_mail_server_has_its_port(url: str, port: int, security: str) -> None:
    mail = Settings.from_environment({**MAIL, "CHENGXU_SMTP_URL": url}).mail
    assert mail is not None
    assert (mail.port, mail.security, mail.user) == (port, security, None)


@pytest.mark.parametrize("missing", MAIL)
def test_no_mail_is_sent_unless_everything_for_it_is_set(missing: str) -> None:
    assert Settings.from_environment({**MAIL, missing: ""}).mail is None


def test_a_wrong_mail_server_is_refused_without_saying_its_password() -> None:
    with pytest.raises(Invalid) as refused:
        Settings.from_environment({**MAIL, "CHENGXU_SMTP_URL": "smtp://u:hush3@mail.example.org:x"})
    assert "hush3" not in refused.value.message + refused.value.message_en
