"""The import from the terminal: the same steps by the same engine, with a progress bar."""

import json
from pathlib import Path
from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.core.files import File
from django.core.files.uploadedfile import UploadedFile
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from tqdm import tqdm

from crm.imports import services
from crm.imports.cells import header_key
from crm.imports.command_matches import given_matches, given_settings, match_values
from crm.imports.mapping import missing_fields
from crm.imports.models import Import, ImportProblem, ImportSheet, ImportStatus, ValueChoice
from crm.imports.reading.refusals import UnreadableFile
from crm.imports.registry import ImportTarget, fields_for, identities_for, target_of, targets_for
from crm.imports.work import work_on

_SHOWN_PROBLEMS = 20
_REST = {"empty": ValueChoice.EMPTY.value, "skip": ValueChoice.SKIP.value}


class ImportCommand(BaseCommand):
    """Subclasses name the registry's target; sheets that lack its required columns are left out with a word."""

    target_key: ClassVar[str]

    def add_arguments(self, parser: CommandParser) -> None:
        target = _target(self.target_key)
        parser.add_argument("file", type=Path, help="an .xlsx, .xls, .ods, .csv or .tsv file")
        parser.add_argument("--sheet", action="append", default=[], help="import this sheet only; may be repeated")
        parser.add_argument("--mapping", type=Path, help='a JSON file: {"header": "field", …}; "" leaves a column out')
        parser.add_argument(
            "--match",
            action="append",
            default=[],
            metavar="VALUE=NAME",
            help='what a value of the file is here: "GTXPro=GTX Pro", or "product:GTXPro=GTX Pro" for one field;'
            " nothing behind the sign leaves the cell empty; may be repeated",
        )
        parser.add_argument(
            "--matches",
            type=Path,
            help='a JSON file: {"field": {"value": "name", …}, …}; "" empty, null leaves rows out',
        )
        parser.add_argument(
            "--unmatched",
            choices=["refuse", *_REST],
            default="refuse",
            help="what becomes of other values that match nothing: the import is refused, the cells are left empty, or"
            " their rows are left out",
        )
        parser.add_argument(
            "--set", action="append", default=[], metavar="KEY=NAME", help="a setting that holds for all rows"
        )
        parser.add_argument("--region", default="", help="the country of local phone numbers, such as RU or UA")
        parser.add_argument("--area-code", default="", help="goes before local numbers, such as 495")
        parser.add_argument(
            "--identity",
            choices=[identity.key for identity in target.identities],
            default=target.identities[0].key,
            help="what makes a row the same record",
        )
        parser.add_argument("--overwrite", action="store_true", help="replace values that are already there")
        parser.add_argument("--user", default="", help="who imports and owns; the only superuser when left out")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")

    def handle(self, **options: Any) -> None:
        user = _importer(options["user"])
        target = _target(self.target_key)
        if target not in targets_for(user):
            raise CommandError(_("The role of “%(user)s” does not let him import this.") % {"user": user})
        if options["identity"] not in {identity.key for identity in identities_for(user, target)}:
            raise CommandError(_("The role of “%(user)s” does not let him match rows in this way.") % {"user": user})
        run = self._upload(options["file"], user, options)
        self._step(run, _("Reading"))
        self._choose_sheets(run, target, options)
        services.begin_check(run)
        self._step(run, _("Checking"))
        if run.status == ImportStatus.MATCHING:
            match_values(run, given_matches(options), rest=_REST.get(options["unmatched"], ""))
            services.begin_check(run)
            self._step(run, _("Checking"))
        self._tell_check(run)
        if options["dry_run"]:
            services.cancel(run)
            self.stdout.write(_("Nothing was written."))
            return
        services.begin_run(run)
        self._step(run, _("Importing"))
        self._tell_result(run)

    def _upload(self, path: Path, user: Any, options: dict[str, Any]) -> Import:
        try:
            with path.open("rb") as file:
                upload = UploadedFile(File(file), path.name, size=path.stat().st_size)
                return services.upload_file(
                    upload,
                    actor=user,
                    region=options["region"].upper(),
                    area_code=options["area_code"],
                )
        except OSError as error:
            raise CommandError(_("%(file)s cannot be read: %(why)s") % {"file": path, "why": error.strerror}) from error
        except UnreadableFile as error:
            raise CommandError(str(error)) from error

    def _step(self, run: Import, label: str) -> None:
        """Raises CommandError with the import's own sentence when it fails."""
        with tqdm(desc=label, unit=" rows", disable=None) as bar:
            work_on(run.pk, lambda progress: _show(bar, progress))
        run.refresh_from_db()
        if run.status == ImportStatus.FAILED:
            raise CommandError(run.failure)

    def _choose_sheets(self, run: Import, target: ImportTarget, options: dict[str, Any]) -> None:
        sheets = list(run.sheets.all())
        names = {sheet.name for sheet in sheets}
        if unknown := set(options["sheet"]) - names:
            known = ", ".join(sorted(names))
            text = _("There is no sheet “%(sheet)s”; there are: %(known)s")
            raise CommandError(text % {"sheet": ", ".join(sorted(unknown)), "known": known})
        chosen = _read_mapping(options["mapping"], run.importer, target)
        for sheet in sheets:
            is_wanted = sheet.name in options["sheet"] if options["sheet"] else not sheet.is_hidden
            self._map_sheet(sheet, target, chosen, is_wanted=is_wanted)
        if not any(sheet.target for sheet in sheets):
            raise CommandError(_("No sheet has a column for the name. Name the columns with --mapping."))
        services.choose_options(
            run,
            options={
                "identities": {target.key: options["identity"]},
                "is_overwriting": options["overwrite"],
                "choices": {target.key: given_settings(options["set"], target, run.importer)},
            },
        )

    def _map_sheet(self, sheet: ImportSheet, target: ImportTarget, chosen: dict[str, str], *, is_wanted: bool) -> None:
        if sheet.target != target.key:
            services.choose_target(sheet, target.key)
        for column in sheet.columns:
            key = header_key(column["header"])
            if key in chosen:
                sheet.mapping[str(column["index"])] = chosen[key]
        if not is_wanted or missing_fields(sheet.fields_by_column.values(), target):
            if is_wanted:
                self.stderr.write(_("Sheet “%(sheet)s” has no column for the name and is left out.") % {"sheet": sheet})
            sheet.target = ""
        sheet.save()

    def _tell_check(self, run: Import) -> None:
        for found in run.checked["sheets"]:
            sheet = run.sheets.get(position=found["position"])
            text = _(
                "%(sheet)s: %(rows)s rows, %(created)s new, %(matched)s known, %(folded)s repeated, %(failed)s failing"
            )
            self.stdout.write(text % {"sheet": sheet.name or run.file_name, **found})

    def _tell_result(self, run: Import) -> None:
        totals = services.totals_of(run)
        text = _("Imported: %(created)s new, %(matched)s known, %(folded)s repeated, %(failed)s failed.")
        self.stdout.write(self.style.SUCCESS(text % totals))
        self.stdout.write(_("Phones kept as typed: %(phones_kept)s.") % totals)
        problems = ImportProblem.objects.filter(run=run).select_related("sheet")
        for problem in problems[:_SHOWN_PROBLEMS]:
            where = " ".join(filter(None, [problem.sheet.name, str(problem.row), problem.column]))
            self.stdout.write(f"  {where}: {problem.sentence} {problem.value}".rstrip())
        if (more := problems.count() - _SHOWN_PROBLEMS) > 0:
            self.stdout.write(_("  and %(count)s more") % {"count": more})


def _show(bar: "tqdm[Any]", run: Import) -> None:
    bar.total = run.rows_total or None
    bar.update(run.rows_done - bar.n)


def _target(key: str) -> ImportTarget:
    target = target_of(key)
    if target is None:
        raise CommandError(f"Nothing registered “{key}” for import.")
    return target


def _importer(name: str) -> Any:
    people = get_user_model()._default_manager.filter(is_active=True)
    if name:
        user = people.filter(username__iexact=name).first()
        if user is None:
            raise CommandError(_("There is no active user “%(name)s”.") % {"name": name})
        return user
    superusers = list(people.filter(is_superuser=True)[:2])
    if len(superusers) != 1:
        raise CommandError(_("Say with --user who imports: the new records will be his."))
    return superusers[0]


def _read_mapping(path: Path | None, user: Any, target: ImportTarget) -> dict[str, str]:
    """Header keys to field keys. Raises CommandError."""
    if path is None:
        return {}
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandError(_("%(file)s is not a readable JSON file.") % {"file": path}) from error
    known = {field.key for field in fields_for(user, target)} | {""}
    if not isinstance(given, dict) or not set(given.values()) <= known:
        raise CommandError(
            _("The mapping may name these fields: %(fields)s") % {"fields": ", ".join(sorted(known - {""}))}
        )
    return {header_key(header): field for header, field in given.items()}
