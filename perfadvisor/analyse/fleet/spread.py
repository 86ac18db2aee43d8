"""Where many hosts lie, and how far apart, whatever a few of them do."""

import numpy as np

from perfadvisor.analyse.statistics.robust import Floats, mad_sigma, middle

REACH = 9.0  # MADs beyond which a value has no weight
EFFICIENCY = 0.8  # of the biweight midvariance against the standard deviation of normal values
FEWEST_HOSTS = 4
CENTRE_VARIANCE = 1.57  # of a median, over that of a mean of normal values: pi / 2


def biweight_sigma(values: Floats) -> float:
    """The standard deviation by Tukey's biweight midvariance: blind to a few outliers, and nearly as exact as the plain
    one where there are none. 0 where more than half of the values are equal.

    Source: Lax, Journal of the American Statistical Association 80 (1985), 736-741."""
    sigma = mad_sigma(values)
    if sigma == 0.0:
        return 0.0
    centred = values - middle(values)
    u = (centred / (REACH * sigma / 1.4826)) ** 2
    kept = u < 1
    above = float(np.sum((centred[kept] ** 2) * (1 - u[kept]) ** 4))
    below = float(np.sum((1 - u[kept]) * (1 - 5 * u[kept])))
    return float(np.sqrt(values.size * above) / abs(below)) if below else sigma


def degrees_of_freedom(hosts: int) -> float:
    """What a robust spread of this many hosts is worth, as degrees of freedom of Student's t."""
    return max(1.0, EFFICIENCY * (hosts - 1))
