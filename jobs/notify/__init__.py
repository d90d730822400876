"""How alarms leave the centre: CAP, Atom, e-mail, webhook, Telegram, with an outbox."""
