"""The demo's SMTP sink keeps only the last messages as files."""

import os
import smtplib
import subprocess
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from crm.embedded.mail_sink import Keeper
from crm.embedded.run import free_port
from tests.plugins import services
from tests.plugins.workers import wait_until


def test_a_message_becomes_a_file(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "-m", "crm.embedded.mail_sink", "--port", str(port), "--folder", str(tmp_path)]
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = "Wizyta у сряда", "a@crm.example", "b@crm.example"
    message.set_content("Đorđe")

    def send() -> bool:
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=5) as smtp:
                smtp.send_message(message)
        except ConnectionRefusedError:
            return False
        return True

    with subprocess.Popen(command, cwd=services.ROOT, env=os.environ) as sink:
        wait_until(send, what="the mail sink")
        sink.terminate()
    assert sink.returncode == 0
    (kept,) = tmp_path.glob("*.eml")
    read = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert read["Subject"] == "Wizyta у сряда"


def test_only_the_last_are_kept(tmp_path: Path) -> None:
    keeper = Keeper(tmp_path, limit=3)
    for number in range(5):
        keeper.keep(str(number).encode())
    assert [path.read_text() for path in sorted(tmp_path.glob("*"))] == ["2", "3", "4"]
