"""BG/NBD: how often a client orders and whether he still does (Fader, Hardie and Lee, Marketing Science 24, 2005).

While alive a client orders at a rate λ ~ Gamma(r, alpha); after each order he leaves with probability p ~ Beta(a, b). Of a client x (orders
after the first), t_x (time of the last of them) and T (time watched) say everything. Times are in weeks throughout.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma, gammaln

from ca_assets.models.value.forecast import Floats
from ca_assets.models.value.likelihood import maximise

NODES = 64
BOUND = (-9.0, 11.0)  # of the logarithms of the parameters: where the likelihood has no inner maximum, the edge is close enough to it
ROWS_AT_ONCE = 50_000
_Grid = tuple[Floats, Floats]


@dataclass(frozen=True)
class BgNbd:
    """A fitted model. All methods take arrays of one shape and return arrays of that shape."""

    r: float
    alpha: float
    a: float
    b: float

    def p_alive(self, x: Floats, t_x: Floats, age: Floats) -> Floats:
        """Probability that a client has not left; 1 for a client with one order, because he can only leave after a later one."""
        odds = np.log(self.a / (self.b + np.maximum(x, 1.0) - 1.0)) + (self.r + x) * np.log((self.alpha + age) / (self.alpha + t_x))
        return np.where(x > 0, 1.0 / (1.0 + np.exp(np.minimum(odds, 700.0))), 1.0)

    def expected_if_alive(self, x: Floats, age: Floats, weeks: float) -> Floats:
        """Expected orders in the next `weeks` of a client who is alive at `age`.

        λ is integrated out in closed form, p by a Gauss-Jacobi rule: E_p[(1 − (1 + p t / (alpha + T))^−(r + x)) / p] with
        p ~ Beta(a, b + x). This is the ₂F₁ of the paper (its equation 10) without that one's pole at a = 1 and its loss of digits for
        large b. Exact to 1e-6 where `weeks` ≤ 30 (alpha + T), to 2 % beyond. `x` and `age` zero: for a client who has just come.
        """
        values, place = np.unique(x, return_inverse=True)
        nodes, weights = beta_rule(self.a, self.b + values)
        expected = np.empty(len(x))
        for start in range(0, len(x), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            p, shape = nodes[place[rows]], (self.r + x[rows])[:, None]
            orders = -np.expm1(-shape * np.log1p(p * (weeks / (self.alpha + age[rows]))[:, None])) / p
            expected[rows] = np.einsum("ij,ij->i", orders, weights[place[rows]])
        return expected

    def expected(self, x: Floats, t_x: Floats, age: Floats, weeks: float) -> Floats:
        """Expected orders in the next `weeks`."""
        return self.p_alive(x, t_x, age) * self.expected_if_alive(x, age, weeks)

    def p_no_order(self, x: Floats, t_x: Floats, age: Floats, weeks: float) -> Floats:
        """Probability of no order in the next `weeks`: 1 − P(alive) [1 − ((alpha + T) / (alpha + T + weeks))^(r + x)]."""
        return 1.0 + self.p_alive(x, t_x, age) * np.expm1(-(self.r + x) * np.log1p(weeks / (self.alpha + age)))

    def next_order(self, x: Floats, t_x: Floats, age: Floats, quantile: float) -> Floats:
        """Weeks until the next order has come with probability `quantile`; infinite where the client orders again with less than that."""
        with np.errstate(divide="ignore"):
            dormant = np.log1p(-np.minimum(quantile / self.p_alive(x, t_x, age), 1.0))
        with np.errstate(over="ignore"):
            return (self.alpha + age) * np.expm1(-dormant / (self.r + x))


def beta_rule(a: float, b: Floats) -> _Grid:
    """Nodes and weights (len(b), 64) of Gauss rules for the densities Beta(a, b[i]) on [0, 1] (Golub and Welsch 1969)."""
    order, upper, lower = np.arange(1, NODES, dtype=np.float64), np.asarray(b, dtype=np.float64)[:, None] - 1.0, a - 1.0
    total = upper + lower
    matrix = np.zeros((len(upper), NODES, NODES))
    diagonal, beside = np.arange(NODES), np.arange(NODES - 1)
    matrix[:, 0, 0] = ((lower - upper) / (total + 2.0))[:, 0]
    matrix[:, diagonal[1:], diagonal[1:]] = (lower - upper) * (lower + upper) / ((2 * order + total) * (2 * order + total + 2.0))
    with np.errstate(invalid="ignore", divide="ignore"):
        square = 4 * order * (order + upper) * (order + lower) * (order + total)
        square /= (2 * order + total) ** 2 * (2 * order + total + 1.0) * (2 * order + total - 1.0)
    square[:, 0] = (4 * (1 + upper) * (1 + lower) / ((2 + total) ** 2 * (3 + total)))[:, 0]  # (1 + total) stands above and below
    matrix[:, beside + 1, beside] = np.sqrt(square)
    roots, vectors = np.linalg.eigh(matrix)
    return np.clip((roots + 1.0) / 2.0, 1e-12, 1.0), vectors[:, 0, :] ** 2


@dataclass(frozen=True)
class Histories:
    """Distinct (x, t_x, T), and how many clients have each."""

    x: Floats
    t_x: Floats
    age: Floats
    clients: NDArray[np.int64]


def log_likelihood(logs: Floats, data: Histories) -> tuple[float, Floats]:
    """Mean log-likelihood per client and its gradient, at the logarithms of (r, alpha, a, b)."""
    r, alpha, a, b = np.exp(logs)
    values, place = np.unique(data.x, return_inverse=True)
    constant = gammaln(r + values) - gammaln(r) + gammaln(a + b) + gammaln(b + values) - gammaln(b) - gammaln(a + b + values)
    shape, watched, ordered = r + data.x, alpha + data.age, alpha + data.t_x
    alive, left = np.log(watched), np.log(ordered)
    log_alive = -shape * alive
    log_left = np.where(data.x > 0, np.log(a / (b + np.maximum(data.x, 1.0) - 1.0)) - shape * left, -np.inf)
    either = np.logaddexp(log_alive, log_left)
    gone = np.exp(log_left - either)  # probability of having left, given what was seen
    share = data.clients / data.clients.sum()
    value = share @ (constant[place] + r * np.log(alpha) + either)
    by_r = (digamma(r + values) - digamma(r))[place] + np.log(alpha) - (1 - gone) * alive - gone * left
    by_alpha = r / alpha - shape * ((1 - gone) / watched + gone / ordered)
    by_a = (digamma(a + b) - digamma(a + b + values))[place] + gone / a
    by_b = (digamma(a + b) + digamma(b + values) - digamma(b) - digamma(a + b + values))[place]
    by_b -= gone / (b + np.maximum(data.x, 1.0) - 1.0)
    return float(value), np.array([share @ by_r * r, share @ by_alpha * alpha, share @ by_a * a, share @ by_b * b])


def fit_bgnbd(data: Histories, start: BgNbd | None = None) -> BgNbd:
    """Maximum likelihood, of several starts the best (of a near fit given as `start`: from there alone)."""
    scale = max(float(data.clients @ data.age / data.clients.sum()), 1e-3)
    starts = [(0.3, scale / 5, 0.8, 2.5), (1.5, scale, 0.1, 3.0), (0.1, scale / 20, 2.0, 2.0)]
    if start is not None:
        starts = [(start.r, start.alpha, start.a, start.b)]
    logs = maximise(lambda point: log_likelihood(point, data), [np.log(values).tolist() for values in starts], [BOUND] * 4)
    return BgNbd(*np.exp(logs).tolist())
