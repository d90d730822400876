"""Input that means harm: what the centre reads, answers and writes stays sound, small, quick and plain."""
