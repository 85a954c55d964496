"""Settings of messages that leave the program, and quiet hours."""

from datetime import UTC, datetime, time

import pytest

from app.clock import LOCAL
from app.domain.notice import Quiet
from config.outgoing import Host, Smtp
from config.settings import SettingError, Settings


def settings(tmp_path, **environ: str) -> Settings:
    return Settings.from_environment({"XIAOHAO_INSTANCE": str(tmp_path), **environ})


def test_without_settings_there_is_no_mail_and_only_the_robots_are_called(tmp_path):
    found = settings(tmp_path, PORT="5001").outgoing

    assert found.smtp is None
    assert found.hosts == (Host("qyapi.weixin.qq.com"), Host("oapi.dingtalk.com"))
    assert found.base_url == "http://127.0.0.1:5001"
    assert found.quiet == (time(21), time(7, 30))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "smtp://u%40x.cn:p%2Fw@mail.x.cn:25?from=a@b.cn&tls=none",
            Smtp("mail.x.cn", 25, "u@x.cn", "p/w", "a@b.cn", "none"),
        ),
        (
            "smtp://a%40b.cn:p@mail.x.cn",
            Smtp("mail.x.cn", 587, "a@b.cn", "p", "a@b.cn", "starttls"),
        ),
        ("smtps://mail.x.cn?from=a@b.cn", Smtp("mail.x.cn", 465, "", "", "a@b.cn", "tls")),
    ],
)
def test_a_mail_server_is_read(tmp_path, text, found):
    assert settings(tmp_path, XIAOHAO_SMTP_URL=text).outgoing.smtp == found


def test_hosts_of_the_inner_network_are_written_with_their_scheme(tmp_path):
    text = "Hooks.Example.CN, https://oa.example.cn:8443,http://10.0.0.5"

    assert settings(tmp_path, XIAOHAO_WEBHOOK_HOSTS=text).outgoing.hosts == (
        Host("hooks.example.cn"),
        Host("oa.example.cn", "https", 8443, inner=True),
        Host("10.0.0.5", "http", 80, inner=True),
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("XIAOHAO_SMTP_URL", "mail.x.cn"),
        ("XIAOHAO_SMTP_URL", "smtp://u:geheim@mail.x.cn"),
        ("XIAOHAO_SMTP_URL", "smtp://u:geheim@mail.x.cn:99999?from=a@b.cn"),
        ("XIAOHAO_SMTP_URL", "smtp://u:geheim@mail.x.cn?from=a@b.cn&tls=maybe"),
        ("XIAOHAO_BASE_URL", "xiaohao.example.cn"),
        ("XIAOHAO_BASE_URL", "https://xiaohao.example.cn/?a=b"),
        ("XIAOHAO_WEBHOOK_HOSTS", "a b"),
        ("XIAOHAO_WEBHOOK_HOSTS", "https://a.cn/path"),
        ("XIAOHAO_WEBHOOK_HOSTS", "ftp://a.cn"),
        ("XIAOHAO_QUIET_HOURS", "9-8"),
        ("XIAOHAO_QUIET_HOURS", "24:00-07:00"),
    ],
)
def test_a_malformed_value_stops_the_start_with_one_sentence_and_no_password(tmp_path, name, text):
    with pytest.raises(SettingError) as error:
        settings(tmp_path, **{name: text})

    said = str(error.value)
    assert said.startswith(f"{name}：")
    assert said.endswith("。")
    assert "geheim" not in said
    assert "\n" not in said


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=LOCAL)


@pytest.mark.parametrize(
    ("hours", "moment", "end"),
    [
        ((time(21), time(7, 30)), at(2, 20, 59), at(2, 20, 59)),
        ((time(21), time(7, 30)), at(2, 21), at(3, 7, 30)),
        ((time(21), time(7, 30)), at(2, 0), at(2, 7, 30)),
        ((time(21), time(7, 30)), at(2, 7, 30), at(2, 7, 30)),
        ((time(12), time(14)), at(2, 13), at(2, 14)),
        ((time(12), time(14)), at(2, 14), at(2, 14)),
        ((time(0), time(8)), at(2, 0), at(2, 8)),
        ((time(22), time(0)), at(2, 23), at(3, 0)),
        ((time(22), time(0)), at(2, 0), at(2, 0)),
        ((time(8), time(8)), at(2, 8), at(2, 8)),
    ],
)
def test_quiet_hours_end_in_the_morning_that_comes_next(hours, moment, end):
    assert Quiet(*hours).after(moment) == end
    assert Quiet(*hours).after(moment.astimezone(UTC)) == end


def test_quiet_hours_need_both_ends():
    assert Quiet.between(time(21), None) is None
    assert Quiet.between(None, None) is None
