"""``xiaohao users``: accounts at the command line."""

import pytest

from app.cli.users import users
from app.services import accounts


@pytest.fixture
def run(app):
    return lambda *args: app.test_cli_runner().invoke(users, list(args))


def test_a_leaver_a_leaked_password_and_a_new_head_need_no_sql(run):
    assert "lyxx_head" in run("list", "柳塬镇中心小学").output
    assert run("deactivate", "lyxx_head").output == "已停用 lyxx_head。\n"
    assert "lyxx_head" in run("list", "--inactive").output
    assert run("activate", "lyxx_head").exit_code == 0

    told = run("password", "lyxx_head").output
    assert accounts.sign_in("lyxx_head", told.split()[-1], kind="web")

    assert run("grant", "lyxx_owner", "unit_head").exit_code == 0
    assert run("revoke", "lyxx_owner", "unit_owner").exit_code == 0
    assert run("rename", "lyxx_owner", "金校长").exit_code == 0
    assert run("move", "lyxx_owner", "柳塬镇初级中学").exit_code == 0
    head = accounts.actor("lyxx_owner")
    assert (head.name, head.unit_name, set(head.roles)) == (
        *("金校长", "柳塬镇初级中学"),
        {"unit_head"},
    )


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("move", "lyxx_owner", "火星"), "unit：没有名为“火星”的单位。"),
        (("deactivate", "xitong"), "最后一名系统管理员"),
        (("grant", "lyxx_owner", "audit_admin"), "roles："),
        (("password", "lyxx_owner", "--password", "short"), "password："),
    ],
)
def test_what_is_refused_is_told_with_its_field(run, args, told):
    result = run(*args)

    assert result.exit_code == 1
    assert told in result.output


def test_an_unknown_name_and_an_unknown_role_are_told(run):
    assert "没有名为“nobody”的账号" in str(run("activate", "nobody").exception)
    assert run("grant", "lyxx_owner", "king").exit_code == 2
