"""A setting that can't be used stops the start with one sentence that says which and what to do."""

import socket

import pytest
from flask import Flask
from sqlalchemy import create_engine

from app.cli.server import listening
from config.settings import SettingError, Settings


@pytest.fixture
def read(tmp_path):
    def read(**environ):
        return Settings.from_environment({"XIAOHAO_INSTANCE": str(tmp_path), **environ})

    return read


def test_the_instance_is_a_folder(read, tmp_path):
    (tmp_path / "file").touch()

    with pytest.raises(SettingError, match=r"XIAOHAO_INSTANCE=.*文件夹"):
        read(XIAOHAO_INSTANCE=str(tmp_path / "file"))


def test_a_port_has_five_digits(read):
    with pytest.raises(SettingError, match=r"PORT=.*65535"):
        read(PORT="9" * 5000)


def test_the_key_is_made_whole_and_for_nobody_else(read, tmp_path):
    assert read().secret_key == read().secret_key

    assert [one.name for one in tmp_path.iterdir()] == ["secret_key"]
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("content", [b"", b"short", b"\xff" * 64])
def test_a_key_that_the_power_cut_off_is_told(read, tmp_path, content):
    (tmp_path / "secret_key").write_bytes(content)

    with pytest.raises(SettingError, match=r"secret_key.*备份"):
        read()


def test_a_key_file_is_text(read, tmp_path):
    (tmp_path / "key").write_bytes(bytes(range(128, 192)))

    with pytest.raises(SettingError, match=r"XIAOHAO_SECRET_KEY_FILE=.*文本"):
        read(XIAOHAO_SECRET_KEY_FILE=str(tmp_path / "key"))


def test_a_file_that_is_no_database_is_told(tmp_path):
    (tmp_path / "xiaohao.db").write_bytes(b"no database " * 500)

    with pytest.raises(SettingError, match="XIAOHAO_DATABASE_URL"):
        create_engine(f"sqlite:///{tmp_path / 'xiaohao.db'}").connect()


def test_an_address_that_is_taken_or_none_is_told(read):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(SettingError, match=r"PORT=\d+.*已被占用"):
            listening(Flask("nobody"), read(PORT=str(taken.getsockname()[1])))

    with pytest.raises(SettingError, match="HOST='nosuch'"):
        listening(Flask("nobody"), read(HOST="nosuch"))
