"""The wall display: views, panels, frame, script and style."""
