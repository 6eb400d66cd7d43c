"""Why a file was not read, in words for the person who uploaded it."""

from django.utils.translation import gettext_lazy as _

SENTENCES = {
    "broken": _("This file is damaged or incomplete. Open it in Excel, save it again and upload the new copy."),
    "broken_text": _("This text file cannot be split into columns: its quotation marks do not match."),
    "binary": _("This is not a text file, though its name says so. Save the table as .xlsx or .csv."),
    "binary_workbook": _("This is a binary workbook (.xlsb). Save it in Excel as .xlsx and upload that copy."),
    "empty": _("There is nothing in this file."),
    "encrypted": _("This file is protected by a password. Save it without the password and upload that copy."),
    "hostile": _("This file holds instructions that no table needs, and was not opened."),
    "macros": _("This workbook holds macros. Save it in Excel as .xlsx, which leaves them out, and upload that copy."),
    "not_a_workbook": _("This is not a table: the file's content does not fit its name. Upload .xlsx, .csv or .tsv."),
    "sheet_too_large": _("A sheet of this workbook is too large to be opened whole. Delete stray cells far from the "
                         "table, or save the sheet as .csv."),
    "too_long": _("Reading this file took too long. Save its sheets as .csv files and upload those."),
    "too_many_columns": _("This file has more than 1,000 columns."),
    "too_many_lines": _("This file has more than 1,000,000 rows. Divide it into several files."),
    "too_many_rows": _("This workbook has more than 200,000 rows. Save its sheets as .csv files and upload those."),
    "too_many_sheets": _("This workbook has more than 200 sheets."),
    "too_large": _("This file is larger than the limit for uploads."),
    "unpacks_too_large": _("This file unpacks to far more than a table needs, and was not opened."),
    "web_page": _("This is a web page or another document under the name of a table. Open it in Excel, save it as "
                  ".xlsx and upload that copy."),
    "wrong_extension": _("Files of this kind cannot be imported. Upload .xlsx, .xls, .ods, .csv or .tsv."),
}  # fmt: skip


class UnreadableFile(Exception):
    """`sentence` tells the user what is wrong and what to do."""

    def __init__(self, code: str) -> None:
        self.code = code if code in SENTENCES else "broken"
        super().__init__(self.code)

    @property
    def sentence(self) -> str:
        return str(SENTENCES[self.code])

    def __str__(self) -> str:
        return self.sentence
