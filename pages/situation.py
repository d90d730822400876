"""Both cities now: the state against their own law, and what it rests on."""

from pages.ui import frame
from pages.ui.text import t

frame.head(t("frame.page.situation"))
frame.nothing()
