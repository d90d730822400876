"""The consortium: members, what was promised and what the centre does for it, programmes, acts agreed upon."""
