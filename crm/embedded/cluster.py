"""A private PostgreSQL cluster from Debian's binaries.

The locale is C.UTF-8: without it `lower()`, ILIKE and full text leave Cyrillic alone, silently.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from crm.embedded.accounts import Account, as_account, service_account, service_folder, write_private
from crm.embedded.errors import CannotStart
from crm.embedded.kept import Kept
from crm.embedded.service import Service

DATABASE = "porada"
EXTENSIONS = ("pg_trgm", "btree_gin")
BINARIES = Path("/usr/lib/postgresql")

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # A socket's path may not be longer than 107 bytes, and a clone's often is.
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",
    "effective_cache_size": "1GB",
    "random_page_cost": "1.1",
    "max_connections": "100",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_duration_statement": "1000",
    "password_encryption": "scram-sha-256",
}
# For data that nobody keeps: a crash of the machine may lose all of it.
DISPOSABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


def postgres_service(var: Path, kept: Kept, *, disposable: bool) -> Service:
    """Makes the cluster at the first start."""
    account = service_account("postgres")
    home = service_folder(var, "postgres", account)
    data = home / "data"
    binaries = _binaries_for(data, account)
    if not data.exists():
        _initialise(home, binaries, kept, account)
    settings = {**SETTINGS, **(DISPOSABLE if disposable else {}), "port": str(kept.postgres_port)}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    command = [str(binaries / "postgres"), "-D", str(data), *options]
    # INT is PostgreSQL's fast shutdown: sessions are ended, data is written out.
    return Service("postgres", command, stop_signal="INT", patience=60, account=account, data=data)


def database_url(kept: Kept) -> str:
    return f"postgres://{DATABASE}:{kept.postgres_password}@127.0.0.1:{kept.postgres_port}/{DATABASE}"


def postgres_answers(kept: Kept) -> bool:
    try:
        with psycopg.connect(_superuser_conninfo(kept, "postgres")):
            return True
    except psycopg.OperationalError:
        return False


def make_database(kept: Kept) -> None:
    """The product's role owns its database and may make others (the tests do), and is no superuser."""
    with psycopg.connect(_superuser_conninfo(kept, "postgres"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
            return
        connection.execute(
            sql.SQL(
                "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = {name}) "
                "THEN CREATE ROLE {role} LOGIN CREATEDB; END IF; END $$"
            ).format(name=DATABASE, role=sql.Identifier(DATABASE))
        )
        connection.execute(
            sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(DATABASE), sql.Literal(kept.postgres_password))
        )
        connection.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(DATABASE)))
    with psycopg.connect(_superuser_conninfo(kept, DATABASE), autocommit=True) as connection:
        for extension in EXTENSIONS:
            connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))


def _superuser_conninfo(kept: Kept, database: str) -> str:
    return (
        f"host=127.0.0.1 port={kept.postgres_port} user=postgres password={kept.superuser_password} "
        f"dbname={database} connect_timeout=5"
    )


def _binaries_for(data: Path, account: Account | None) -> Path:
    """Of the version that made the data, or the newest: data of one major version is closed to another."""
    installed = {_major(path): path / "bin" for path in BINARIES.glob("*") if (path / "bin/postgres").exists()}
    if not installed:
        raise CannotStart("PostgreSQL's server programs were not found. Install the package postgresql.")
    made_by = subprocess.run(
        as_account(account, ["cat", str(data / "PG_VERSION")]), capture_output=True, text=True, check=False
    ).stdout.strip()
    if not made_by:
        return installed[max(installed)]
    if int(made_by) not in installed:
        raise CannotStart(f"The data in {data} belongs to PostgreSQL {made_by}. Install postgresql-{made_by}.")
    return installed[int(made_by)]


def _major(path: Path) -> int:
    found = re.match(r"\d+", path.name)
    return int(found.group()) if found else 0


def _initialise(home: Path, binaries: Path, kept: Kept, account: Account | None) -> None:
    """Beside its place and then renamed: a killed initdb leaves nothing that looks like a cluster."""
    fresh = home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    password_file = home / "initdb.password"
    write_private(password_file, kept.superuser_password, account)
    command = [str(binaries / "initdb"), "-D", str(fresh), "-U", "postgres", "--pwfile", str(password_file)]
    command += ["--locale=C.UTF-8", "--encoding=UTF8", "--auth=scram-sha-256", "--no-sync", "--no-instructions"]
    made = subprocess.run(as_account(account, command), capture_output=True, text=True, check=False, cwd="/")
    password_file.unlink()
    if made.returncode != 0:
        raise CannotStart(f"PostgreSQL could not make its data folder {fresh}:\n{made.stderr.strip()}")
    os.sync()
    fresh.rename(home / "data")
