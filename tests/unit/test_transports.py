"""Mail, and the robots of group chats: what they are sent, and what their refusals mean."""

import base64
import hashlib
import hmac
import ssl
from collections.abc import Iterator
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import trustme

from app.clock import LOCAL, travel
from app.domain.notice import Message
from app.services._transports import Sending, Undeliverable, transports
from app.services._transports.mail import Mail
from app.services._transports.posting import Poster
from app.services._transports.robots import DingTalk, WeCom, shortened
from app.services._transports.webhook import Webhook
from config.outgoing import Host, Outgoing, Smtp
from tests.receivers import Hook, Mailbox, hook, mailbox

KEY = "0123456789abcdef0123456789abcdef01234567"
MESSAGE = Message(
    "【销号台】整改期限已到",
    "正文\n事项：QL-1",
    "**整改期限已到**\n> 事项：QL-1",
    {"kind": "notice"},
)
SENDER = "xiaohao@example.gov.cn"


def sending(address: str, secret: str = "", message: Message = MESSAGE) -> Sending:
    return Sending(KEY, address, secret, message)


def refusal(call) -> Undeliverable:
    with pytest.raises(Undeliverable) as refused:
        call()
    return refused.value


@pytest.fixture
def here() -> Iterator[Hook]:
    with hook() as made:
        yield made


@pytest.fixture
def poster(here):
    return Poster([Host("127.0.0.1", "http", here.port, inner=True)])


@pytest.fixture
def wecom(here):
    return f"http://127.0.0.1:{here.port}/cgi-bin/webhook/send?key=0a1b-2c3d"


@pytest.fixture
def dingtalk(here):
    return f"http://127.0.0.1:{here.port}/robot/send?access_token=0a1b2c3d"


def answer(code: int, words: str) -> tuple:
    return (200, {}, f'{{"errcode":{code},"errmsg":"{words}"}}'.encode())


def test_wecom_is_sent_markdown_with_its_key(poster, here, wecom):
    WeCom(poster).send(sending(wecom))

    (call,) = here.calls
    assert call.json == {"msgtype": "markdown", "markdown": {"content": MESSAGE.markdown}}
    assert call.path == "/cgi-bin/webhook/send?key=0a1b-2c3d"
    assert here.keys == [KEY]


def test_dingtalk_is_sent_markdown_with_moment_and_seal(poster, here, dingtalk):
    with travel() as move_to:
        move_to(datetime(2026, 3, 2, 9, tzinfo=LOCAL))
        DingTalk(poster).send(sending(dingtalk, "SECabc"))

    (call,) = here.calls
    asked = parse_qs(urlsplit(call.path).query)
    sealed = hmac.digest(b"SECabc", b"1772413200000\nSECabc", hashlib.sha256)
    assert asked["timestamp"] == ["1772413200000"]
    assert asked["sign"] == [base64.b64encode(sealed).decode()]
    assert call.json["markdown"] == {"title": MESSAGE.title, "text": MESSAGE.markdown}


def test_dingtalk_without_a_secret_is_not_signed(poster, here, dingtalk):
    DingTalk(poster).send(sending(dingtalk))

    assert here.calls[0].path == "/robot/send?access_token=0a1b2c3d"


@pytest.mark.parametrize(
    ("said", "fault", "lasting"),
    [
        (answer(93000, "invalid webhook url"), "robot_refused", True),
        (answer(45009, "api freq out of limit"), "robot_refused", False),
        (answer(-1, "system busy"), "robot_refused", False),
        ((200, {}, b"<html>"), "no_answer", False),
        ((200, {}, b"[]"), "no_answer", False),
        ((200, {}, b'{"errcode":"x"}'), "no_answer", False),
        ((200, {}, b""), "no_answer", False),
        ((502, {}, b"bad gateway"), "status", False),
        ((302, {"Location": "http://127.0.0.1/"}, b""), "status", True),
    ],
)
def test_not_every_answer_is_a_yes(poster, here, said, fault, lasting):
    url = f"http://127.0.0.1:{here.port}/cgi-bin/webhook/send?key=0a1b"
    here.answers.append(said)

    refused = refusal(lambda: WeCom(poster).send(sending(url)))

    assert (refused.fault, refused.lasting) == (fault, lasting)


@pytest.mark.parametrize(
    ("code", "lasting"), [(310000, True), (300001, True), (90030, False), (-1, False)]
)
def test_what_dingtalk_refuses_is_tried_again_only_if_that_may_help(
    poster, here, dingtalk, code, lasting
):
    here.answers.append(answer(code, "sign not match"))

    refused = refusal(lambda: DingTalk(poster).send(sending(dingtalk)))

    assert (str(refused), refused.lasting) == (f"robot_refused: {code} sign not match", lasting)


def test_what_others_say_is_kept_short_printable_and_without_our_key(poster, here, wecom):
    here.answers.append(answer(40058, "bad\\nroot: logged in\\u001b[31m" + "x" * 900))

    refused = refusal(lambda: WeCom(poster).send(sending(wecom)))

    assert len(refused.detail) == 120
    assert refused.detail.isprintable()
    assert "0a1b" not in repr(sending(wecom)) + str(refused)


@pytest.mark.parametrize("path", ["/", "/cgi-bin/webhook/send", "/cgi-bin/webhook/send?key=a&b=c"])
def test_an_address_of_no_robot_is_refused_before_anything_is_sent(poster, here, path):
    url = f"http://127.0.0.1:{here.port}{path}"

    assert refusal(lambda: WeCom(poster).check(url, "")).fault == "no_robot"
    assert refusal(lambda: DingTalk(poster).send(sending(url))).fault == "no_robot"
    assert here.calls == []


def test_a_long_message_is_cut_at_the_end_of_a_line():
    text = "\n".join(f"第{n}件事项，整改期限已到" for n in range(300))

    cut = shortened(text, 4096)

    assert len(cut.encode()) <= 4096
    assert cut.endswith("整改期限已到\n…")


@pytest.mark.parametrize(("status", "lasting"), [(404, False), (410, True), (307, True)])
def test_a_program_takes_a_call_by_2xx_only(poster, here, status, lasting):
    url = f"http://127.0.0.1:{here.port}/x"
    here.answers += [(204, {}, b""), (status, {}, b"")]
    Webhook(poster).send(sending(url, "s" * 16))

    refused = refusal(lambda: Webhook(poster).send(sending(url, "s" * 16)))

    assert (str(refused), refused.lasting) == (f"status: {status}", lasting)
    assert refusal(lambda: Webhook(poster).check(url, "short")).fault == "short_secret"


@pytest.fixture
def letters() -> Iterator[Mailbox]:
    with mailbox() as made:
        yield made


@pytest.fixture
def mail(letters):
    return Mail(Smtp("127.0.0.1", letters.port, "", "", SENDER, "none"))


def test_a_letter_carries_an_id_made_of_its_key(mail, letters):
    mail.send(sending("wang@example.gov.cn"))
    mail.send(sending("wang@example.gov.cn"))

    first, second = letters.letters
    assert first["Message-ID"] == second["Message-ID"] == f"<{KEY}@example.gov.cn>"
    assert (first["Subject"], first["Auto-Submitted"]) == (MESSAGE.title, "auto-generated")
    assert first.get_content().split() == MESSAGE.text.split()
    assert letters.recipients == ["wang@example.gov.cn"] * 2


def test_a_title_of_several_lines_makes_no_headers(mail, letters):
    message = Message("标题\r\nBcc: all@example.gov.cn", "x", "x")

    mail.send(sending("wang@example.gov.cn", message=message))

    assert letters.letters[0]["Bcc"] is None
    assert letters.recipients == ["wang@example.gov.cn"]


@pytest.mark.parametrize(
    "address",
    [
        *("", "wang", "wang@", "@example.cn", "a@b", "a b@example.cn", "a@example.cn,b@example.cn"),
        *(
            "王@example.cn",
            "Wang <a@example.cn>",
            "a@example.cn\r\nBcc: b@example.cn",
            "a@[10.0.0.1]",
        ),
    ],
)
def test_what_is_no_single_mailbox_is_refused(mail, letters, address):
    assert refusal(lambda: mail.send(sending(address))).fault == "no_mailbox"
    assert letters.letters == []


@pytest.mark.parametrize(("said", "lasting"), [("550 no such user", True), ("451 later", False)])
def test_a_recipient_that_is_refused_is_said_in_the_servers_words(mail, letters, said, lasting):
    letters.refuse.append(said)

    refused = refusal(lambda: mail.send(sending("wang@example.gov.cn")))

    assert (str(refused), refused.lasting) == (f"recipient_refused: {said}", lasting)


def test_no_server_is_said():
    mail = Mail(Smtp("127.0.0.1", 1, "", "", SENDER, "none"))

    assert refusal(lambda: mail.send(sending("a@example.cn"))).fault == "mail_unreachable"


def test_a_server_that_cannot_encrypt_is_not_trusted_with_letters(letters):
    mail = Mail(Smtp("127.0.0.1", letters.port, "", "", SENDER, "starttls"))

    assert refusal(lambda: mail.send(sending("a@example.cn"))).fault == "mail_unreachable"
    assert letters.letters == []


@pytest.fixture
def authority(monkeypatch, tmp_path):
    """An authority that this program trusts."""
    made = trustme.CA()
    made.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    return made


def test_password_and_letter_go_over_an_encrypted_line(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)

    with mailbox(context) as letters:
        Mail(Smtp("127.0.0.1", letters.port, "xiaohao", "right", SENDER, "starttls")).send(
            sending("wang@example.gov.cn")
        )
        wrong = Mail(Smtp("127.0.0.1", letters.port, "xiaohao", "wrong", SENDER, "starttls"))
        refused = refusal(lambda: wrong.send(sending("wang@example.gov.cn")))

    assert letters.logins[:2] == [(b"xiaohao", b"right"), (b"xiaohao", b"wrong")]
    assert len(letters.letters) == 1
    assert refused.fault == "mail_login"


def test_a_server_with_the_wrong_certificate_gets_no_password(authority):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("other.example.test").configure_cert(context)

    with mailbox(context) as letters:
        mail = Mail(Smtp("127.0.0.1", letters.port, "xiaohao", "right", SENDER, "starttls"))
        refused = refusal(lambda: mail.send(sending("wang@example.gov.cn")))

    assert (refused.fault, letters.logins) == ("tls", [])


def test_without_a_mail_server_there_is_no_mail():
    assert "email" not in transports(Outgoing())
