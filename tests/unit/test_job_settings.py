"""Who runs jobs is a setting, and a wrong one stops the start with a sentence."""

from pathlib import Path

import pytest

from app.cli import main
from config.settings import SettingError, Settings

POSTGRES = "postgresql+psycopg://xiaohao@db/xiaohao"


@pytest.fixture
def settings(tmp_path: Path):
    def read(**environ: str) -> Settings:
        key = {"XIAOHAO_SECRET_KEY": "k" * 32, "XIAOHAO_INSTANCE": str(tmp_path)}
        return Settings.from_environment(key | environ)

    return read


def test_jobs_run_in_the_served_process_unless_told_otherwise(settings):
    assert settings().jobs == "embedded"


def test_workers_need_postgresql(settings):
    assert settings(XIAOHAO_JOBS="procrastinate", XIAOHAO_DATABASE_URL=POSTGRES).jobs

    with pytest.raises(SettingError, match="PostgreSQL"):
        settings(XIAOHAO_JOBS="procrastinate")


def test_another_word_is_refused(settings):
    with pytest.raises(SettingError, match="embedded 或 procrastinate"):
        settings(XIAOHAO_JOBS="celery")


def test_an_embedded_installation_needs_no_worker(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("XIAOHAO_INSTANCE", str(tmp_path))
    monkeypatch.delenv("XIAOHAO_JOBS", raising=False)
    monkeypatch.setattr("sys.argv", ["xiaohao", "worker"])

    with pytest.raises(SystemExit) as ended:
        main()

    assert ended.value.code == 2
    assert "不需要另开 worker" in capsys.readouterr().err
