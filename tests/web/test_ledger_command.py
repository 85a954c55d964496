"""``xiaohao ledger export``: everything into a file; what lies there is not overwritten unasked."""

import openpyxl
import pytest

from app.cli.ledger import ledger


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(ledger, ["export", *map(str, args)])


def test_the_whole_ledger_is_written(run, cast, tmp_path):
    cast.open_case()
    cast.open_case(unit="青岚县第三实验小学")
    file = tmp_path / "台账.xlsx"

    result = run(file)

    assert (result.exit_code, "已导出 2 行" in result.output) == (0, True)
    sheet = openpyxl.load_workbook(file).worksheets[0]
    assert [sheet.cell(row, 1).value for row in (3, 4, 5)] == ["序号", 1, 2]
    assert list(tmp_path.glob("*.xlsx")) == [file]


def test_a_file_that_is_there_is_kept(run, app, tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("mine", encoding="utf-8")

    assert run(file).exit_code == 2
    assert file.read_text(encoding="utf-8") == "mine"
    assert run(file, "--force", "--layout", "control").exit_code == 0
    assert file.read_text(encoding="utf-8-sig").startswith("序号,检查时间,检查人")


@pytest.mark.parametrize("name", ["a.doc", "none/a.xlsx"])
def test_a_file_that_cannot_be_is_refused(run, tmp_path, name):
    assert run(tmp_path / name).exit_code == 2
