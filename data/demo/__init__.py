"""The demo world: an invented network over each city, for screens without live data and tests with known truth."""

from data.demo.files import write_run
from data.demo.filling import fill
from data.demo.happenings import measures
from data.demo.world import Demo, build, is_demo, register, satellite, sky

__all__ = ["Demo", "build", "fill", "is_demo", "measures", "register", "satellite", "sky", "write_run"]
