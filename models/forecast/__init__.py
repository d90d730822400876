"""One to 72 hours ahead: baselines, a learned correction to them with honest bands, and who of them is shown."""

from models.forecast.baseline import BASELINES, baselines, refused
from models.forecast.choice import METHODS, choose
from models.forecast.exceedance import exceedance
from models.forecast.forecaster import Forecaster
from models.forecast.residuals import Residuals
from models.forecast.skill import skill

__all__ = ["BASELINES", "METHODS", "Forecaster", "Residuals", "baselines", "choose", "exceedance", "refused", "skill"]
