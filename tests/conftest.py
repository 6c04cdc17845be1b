"""Fixtures that tests of several rooms use."""

import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from hypothesis import settings

# the same cases on every machine, and no clock: a failure belongs to the change that shows it
settings.register_profile("allmende", derandomize=True, deadline=None)
settings.load_profile("allmende")

MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def write_xlsx():
    """Write sheets (name -> rows of texts and numbers) as an .xlsx file with shared texts, as Excel does."""

    def write(path: Path, sheets: dict[str, list[list[object]]]) -> Path:
        texts: dict[str, int] = {}

        def cell(row: int, column: int, value: object) -> str:
            letters = (chr(64 + column // 26) if column >= 26 else "") + chr(65 + column % 26)
            if isinstance(value, (int, float)):
                return f'<c r="{letters}{row}"><v>{value}</v></c>'
            number = texts.setdefault(str(value), len(texts))
            return f'<c r="{letters}{row}" t="s"><v>{number}</v></c>' if value != "" else f'<c r="{letters}{row}"/>'

        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as book:
            names, links = "", ""
            for number, (name, rows) in enumerate(sheets.items(), 1):
                names += f'<sheet name="{escape(name)}" sheetId="{number}" r:id="r{number}"/>'
                links += f'<Relationship Id="r{number}" Type="{LINKS}/worksheet" Target="worksheets/sheet{number}.xml"/>'
                lines = "".join(
                    f'<row r="{i}">{"".join(cell(i, j, value) for j, value in enumerate(row))}</row>'
                    for i, row in enumerate(rows, 1)
                )
                book.writestr(
                    f"xl/worksheets/sheet{number}.xml", f"<worksheet {MAIN}><sheetData>{lines}</sheetData></worksheet>"
                )
            items = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
            book.writestr("xl/workbook.xml", f'<workbook {MAIN} xmlns:r="{LINKS}"><sheets>{names}</sheets></workbook>')
            package = "http://schemas.openxmlformats.org/package/2006/relationships"
            book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{package}">{links}</Relationships>')
            book.writestr("xl/sharedStrings.xml", f"<sst {MAIN}>{items}</sst>")
        return path

    return write


@pytest.fixture
def spark_tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Configure Spark as a site would: tables that outlive the process."""
    settings = {
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": tmp_path / "warehouse",
        "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={tmp_path}/metastore;create=true",
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={tmp_path}",
    }
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    monkeypatch.setenv("SPARK_CONF_DIR", str(tmp_path / "conf"))
