"""The command `cleanair`: one file per subject in `commands`."""
