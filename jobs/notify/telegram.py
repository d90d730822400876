"""Notifications by a Telegram bot."""

import orjson

from jobs.notify.channels import Channel
from jobs.notify.content import Content
from jobs.notify.webhook import post

TELEGRAM_TEXT = 4096  # Bot API, sendMessage [characters]


def send(way: Channel, content: Content) -> None:
    """Send one message; `Later` or `Stop` where it does not arrive."""
    address = f"{way.settings['TELEGRAM_URL'].rstrip('/')}/bot{way.settings['TELEGRAM_TOKEN']}/sendMessage"
    message = {
        "chat_id": way.settings["TELEGRAM_CHAT"],
        "text": content.text()[:TELEGRAM_TEXT],
        "link_preview_options": {"is_disabled": True},
    }
    post("telegram", address, orjson.dumps(message), {"content-type": "application/json"})
