"""Run the alarm rules on the store and keep alarms and their log: evaluate, replay, reports."""
