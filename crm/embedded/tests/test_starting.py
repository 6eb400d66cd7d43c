"""What is decided before any process starts."""

import os
import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from crm.embedded import accounts, ports, var_folder
from crm.embedded.backing import plan_backing
from crm.embedded.errors import CannotStart
from crm.embedded.kept import load_kept
from crm.embedded.service import Service
from crm.embedded.supervision import supervisor_configuration
from crm.embedded.tests.stack import try_to_start

Usage = namedtuple("Usage", "total used free")


def test_full_disk_is_refused_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    var_folder.check_free_space(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(10**9, 10**9 - 5 * 2**20, 5 * 2**20))
    with pytest.raises(CannotStart, match="has 5 MB left"):
        var_folder.check_free_space(tmp_path)


def test_var_that_cannot_be_written_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = try_to_start(tmp_path / "file" / "var")
    assert refused.returncode == 1
    assert refused.stdout.startswith(f"Porada cannot start. {tmp_path / 'file' / 'var'} cannot be written")
    assert "Traceback" not in refused.stdout


def test_services_named_in_the_environment_are_not_embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://crm@db.example/crm")
    monkeypatch.setenv("REDIS_URL", "redis://broker.example/0")
    assert plan_backing(tmp_path, disposable=False).services == []
    monkeypatch.delenv("REDIS_URL")
    assert [service.name for service in plan_backing(tmp_path, disposable=False).services] == ["redis"]
    accounts_link = tmp_path / "redis"
    if accounts_link.is_symlink():
        shutil.rmtree(accounts_link.resolve())


def test_ports_and_passwords_are_kept_from_start_to_start(tmp_path: Path) -> None:
    first = load_kept(tmp_path)
    assert load_kept(tmp_path) == first
    assert first.postgres_password != first.superuser_password


def test_lost_passwords_of_existing_data_are_told(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    with pytest.raises(CannotStart, match="held the password of the database"):
        load_kept(tmp_path)


def test_data_folder_that_a_link_names_must_exist(tmp_path: Path) -> None:
    (tmp_path / "postgres").symlink_to(tmp_path / "gone")
    with pytest.raises(CannotStart, match="which is gone"):
        accounts.service_folder(tmp_path, "postgres", None)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the account of its services")
def test_data_stays_in_var_where_the_account_can_reach_it() -> None:
    account = accounts.service_account("postgres")
    var = Path("/var/tmp/porada-test-open")  # noqa: S108 below no closed folder, unlike pytest's own
    var.mkdir()
    try:
        folder = accounts.service_folder(var, "postgres", account)
        assert folder == var / "postgres"
        assert accounts.can_enter(folder, account)
        assert folder.stat().st_uid != 0
    finally:
        shutil.rmtree(var)


def test_percent_signs_and_spaces_in_paths_survive_the_supervisors_file(tmp_path: Path) -> None:
    text = supervisor_configuration([Service("web", ["echo", "100% sure"])], tmp_path / "50% off")
    assert "'100%% sure'" in text
    assert "50%% off/log/web.log" in text


def test_two_starts_at_the_same_time_choose_different_ports() -> None:
    with ports.first_free_port(8000, "127.0.0.1") as first, ports.first_free_port(8000, "127.0.0.1") as second:
        assert ports.port_of(second) > ports.port_of(first)
        assert ports.claim(ports.port_of(first), "127.0.0.1") is None
        assert ports.is_free(ports.port_of(first))
