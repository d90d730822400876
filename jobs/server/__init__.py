"""What keeps an installation alive: background threads, watch, heartbeat, backup, doctor."""
