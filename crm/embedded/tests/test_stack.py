"""`bin/run` with real processes: what runs, what recovers, what is refused and what is kept."""

import json
import os
import signal
import socket
import stat
import subprocess
import threading
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest
from celery import Celery
from django.conf import settings
from django.urls import reverse
from kombu.exceptions import OperationalError

from crm.embedded.service import last_lines, log_file
from crm.embedded.tests.stack import NAMES, Stack, eventually, try_to_start

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("stack")]


def test_each_process_is_the_one_its_pid_file_names(stack: Stack) -> None:
    words = {"web": "gunicorn", "worker": "worker", "beat": "beat", "postgres": "postgres", "redis": "redis"}
    for name in NAMES:
        assert words[name] in " ".join(psutil.Process(stack.pid(name)).cmdline())
        assert eventually(lambda name=name: stack.answers(name), within=20), name


def test_passwords_are_readable_by_the_owner_alone(stack: Stack) -> None:
    for name in ("services.json", "embedded.json", "secret_key"):
        assert stat.S_IMODE((stack.var / name).stat().st_mode) == 0o600, name


def test_services_listen_to_this_machine_alone_and_ask_for_a_password(stack: Stack) -> None:
    listening = psutil.Process(stack.pid("postgres")).net_connections("inet")
    listening += psutil.Process(stack.pid("redis")).net_connections("inet")
    assert {connection.laddr.ip for connection in listening if connection.status == psutil.CONN_LISTEN} == {"127.0.0.1"}
    without_password = stack.addresses()["database"].replace("@", "x@")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without_password)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes the account of its services")
def test_services_of_root_run_unprivileged_and_reach_their_data_below_a_closed_folder(stack: Stack) -> None:
    assert stat.S_IMODE(stack.var.parent.parent.stat().st_mode) == 0o700
    for name in ("postgres", "redis"):
        assert psutil.Process(stack.pid(name)).uids().effective != 0
        assert (stack.var / name).is_symlink()
        assert stat.S_IMODE((stack.var / name).stat().st_mode) == 0o700


def test_database_knows_cyrillic_case_and_ukrainian_order(stack: Stack) -> None:
    assert stack.query("SELECT lower('ЇЖАК Ґанок'), 'ТОВ Їжак' ILIKE '%їЖАК%'") == [("їжак ґанок", True)]
    assert stack.query("SELECT to_tsvector('russian', 'Заводы') @@ to_tsquery('russian', 'ЗАВОД')") == [(True,)]
    words = "SELECT w FROM unnest(ARRAY['Й', 'І', 'Ґ', 'Д', 'Г']) w ORDER BY w COLLATE \"uk-x-icu\""
    assert [word for (word,) in stack.query(words)] == ["Г", "Ґ", "Д", "І", "Й"]


def test_product_is_no_superuser_of_its_database(stack: Stack) -> None:
    assert stack.query("SELECT usesuper FROM pg_user WHERE usename = current_user") == [(False,)]
    assert stack.query("SELECT count(*) FROM pg_extension WHERE extname IN ('pg_trgm', 'btree_gin')") == [(2,)]


@pytest.mark.parametrize("name", NAMES)
def test_killed_process_is_started_again_and_answers(stack: Stack, name: str) -> None:
    killed = stack.pid(name)
    children = psutil.Process(killed).children(recursive=True)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: stack.pid(name) != killed and stack.is_alive(name), within=5)
    assert eventually(lambda: stack.answers(name), within=20)
    assert not [child for child in children if child.is_running() and child.status() != psutil.STATUS_ZOMBIE]
    dead = [other for other in NAMES if not stack.is_alive(other)]
    assert dead == [], last_lines(log_file(stack.var, "supervisord"))


def test_worker_takes_jobs_again_after_redis_was_killed(stack: Stack) -> None:
    assert eventually(stack.worker_answers, within=20)
    os.kill(stack.pid("redis"), signal.SIGKILL)
    assert eventually(stack.redis_answers, within=10)
    assert eventually(stack.worker_answers, within=20)


def test_database_killed_under_a_busy_query_comes_back(stack: Stack) -> None:
    """A busy backend does not notice that its postmaster is dead, and keeps the shared memory."""
    busy = threading.Thread(target=_count_for_long, args=[stack])
    busy.start()
    query = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT count(*) FROM generate_series%'"
    assert eventually(lambda: bool(stack.query(query)), within=10)
    killed = stack.pid("postgres")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: stack.pid("postgres") != killed and stack.postgres_answers(), within=15)
    busy.join()


def _count_for_long(stack: Stack) -> None:
    with suppress(psycopg.OperationalError):
        stack.query("SELECT count(*) FROM generate_series(1, 2000000000)")


def test_pages_show_no_error_once_the_database_is_back(stack: Stack) -> None:
    """Connections of the web server's pool died with the database server."""
    assert _statuses_of_pages(stack, 40) == {200}
    killed = stack.pid("postgres")
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: stack.pid("postgres") != killed and stack.postgres_answers(), within=15)
    assert _statuses_of_pages(stack, 40) == {200}


def _statuses_of_pages(stack: Stack, count: int) -> set[int]:
    """Of the sign-in page, which reads a session from the database when it is given one."""
    statuses = set()
    for _ in range(count):
        request = urllib.request.Request(  # noqa: S310
            stack.addresses()["web"] + reverse("account_login"), headers={"Cookie": "sessionid=" + "a" * 32}
        )
        try:
            with urllib.request.urlopen(request, timeout=20) as response:  # noqa: S310
                statuses.add(response.status)
        except urllib.error.HTTPError as error:
            statuses.add(error.code)
    return statuses


def test_pages_are_served_and_jobs_fail_soon_while_redis_hangs(stack: Stack) -> None:
    os.kill(stack.pid("redis"), signal.SIGSTOP)
    try:
        assert not stack.redis_answers()
        assert _statuses_of_pages(stack, 4) == {200}
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS
        with (
            Celery(broker=stack.addresses()["redis"], broker_transport_options=options, set_as_current=False) as app,
            pytest.raises(OperationalError),
        ):
            app.send_task("any.job", retry=False)
    finally:
        os.kill(stack.pid("redis"), signal.SIGCONT)
    assert eventually(stack.worker_answers, within=40)


def test_second_start_beside_a_running_one_names_its_url(stack: Stack) -> None:
    second = try_to_start(stack.var)
    assert second.returncode == 1
    assert f"already runs over {stack.var}, at {stack.addresses()['web']}" in second.stdout
    assert "Traceback" not in second.stdout
    assert stack.web_answers()


def test_killed_supervisor_takes_all_processes_with_it_and_data_is_kept(stack: Stack) -> None:
    stack.execute("CREATE TABLE kept_by_test AS SELECT 1 AS one")
    processes = stack.processes()
    assert len(processes) > len(NAMES)
    supervisor = int((stack.var / "run" / "supervisord.pid").read_text())
    os.kill(supervisor, signal.SIGKILL)
    assert stack.wait_for_end() == 1
    assert stack.is_gone()
    assert "The data is kept: start again" in stack.terminal()
    assert "Traceback" not in stack.terminal()
    stack.start()
    assert stack.query("SELECT one FROM kept_by_test") == [(1,)]
    stack.execute("DROP TABLE kept_by_test")


def test_killed_run_leaves_nothing_behind_and_the_next_one_starts_over_its_stale_files(stack: Stack) -> None:
    stack.stop(signal.SIGKILL)
    assert eventually(stack.is_gone, within=30)
    stranger = _stranger_named_by_the_databases_pid_file(stack)
    for name in NAMES:
        (stack.var / "run" / f"{name}.pid").write_text(f"{stranger.pid}\n")
    addresses = stack.addresses()
    try:
        stack.start()
        assert stranger.poll() is None
        assert all(eventually(lambda name=name: stack.answers(name), within=20) for name in NAMES)
        assert stranger.pid not in {stack.pid(name) for name in NAMES}
        assert stack.addresses()["database"] == addresses["database"]
    finally:
        stranger.kill()
        stranger.wait()


def _stranger_named_by_the_databases_pid_file(stack: Stack) -> "subprocess.Popen[bytes]":
    """Of the same account: PostgreSQL alone would take it for its own server and refuse to start."""
    data = stack.var / "postgres" / "data"
    owner = data.stat()
    as_owner = ["setpriv", "--reuid", str(owner.st_uid), "--regid", str(owner.st_gid), "--clear-groups"]
    stranger = subprocess.Popen([*(as_owner if os.geteuid() == 0 else []), "sleep", "300"])
    (data / "postmaster.pid").write_text(f"{stranger.pid}\n{data}\n1795455846\n1\n\n127.0.0.1\n")
    os.chown(data / "postmaster.pid", owner.st_uid, owner.st_gid)
    return stranger


def test_ctrl_c_ends_all_processes_and_a_taken_port_of_a_service_is_replaced(stack: Stack) -> None:
    _assert_stops_in_order(stack, signal.SIGINT)
    taken = json.loads((stack.var / "embedded.json").read_text())["postgres_port"]
    with socket.create_server(("127.0.0.1", taken)):
        stack.start()
        assert stack.postgres_answers()
        assert f":{taken}/" not in stack.addresses()["database"]


def test_sigterm_ends_all_processes_in_order(stack: Stack) -> None:
    _assert_stops_in_order(stack, signal.SIGTERM)


def _assert_stops_in_order(stack: Stack, number: signal.Signals) -> None:
    assert stack.stop(number) == 0
    assert stack.is_gone()
    assert "Stopped. The data is kept." in stack.terminal()
    assert "Traceback" not in stack.terminal()
    assert not list((stack.var / "run").glob("*.pid"))
    assert "database system is shut down" in (stack.var / "log" / "postgres.log").read_text().splitlines()[-1]


def test_taken_port_is_named_in_the_refusal(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = try_to_start(tmp_path, PORT=str(port))
    assert refused.returncode == 1
    assert refused.stdout.startswith(f"Porada cannot start. Port {port} at 127.0.0.1 is taken")
