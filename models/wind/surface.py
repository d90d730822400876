"""A smooth surface through scattered points of a plane: thin plate regression spline, smoothness by GCV."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]


class ThinPlate:
    """
    Thin plate regression spline of two coordinates, in the manner of scikit-learn.

    Parameters
    ----------
    k : int
        Basis functions, the plane's three included; fewer where there are fewer points.

    Notes
    -----
    Wood 2003, doi:10.1111/1467-9868.00374: of the kernel r² ln r between all distinct points the `k`
    eigenvectors of largest eigenvalue are kept, and the curvature penalty's weight minimises the
    generalised cross-validation score (Craven & Wahba 1979, doi:10.1007/BF01404567), found here in the
    basis where penalty and fit are both diagonal, so that a trial costs `k` divisions.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> points = rng.uniform(-1, 1, (300, 2))
    >>> fitted = ThinPlate(k=40).fit(points, points[:, 0] ** 2 + rng.normal(0, 0.1, 300))
    >>> bool(abs(fitted.predict(np.array([[0.5, 0.0]]))[0] - 0.25) < 0.05)
    True
    """

    def __init__(self, k: int = 100) -> None:
        self.k = k

    def fit(self, points: Array, values: Array, weights: Array | None = None) -> ThinPlate:
        """
        Fit the surface.

        Parameters
        ----------
        points : ndarray
            Shape (n, 2).
        values, weights : ndarray
            Shape (n,); a weight of a quarter counts as a quarter of a point.

        Raises
        ------
        ValueError
            With fewer than ten distinct points.
        """
        self._centre = points.mean(axis=0)
        placed = points - self._centre
        self._knots, at = np.unique(np.round(placed, 9), axis=0, return_inverse=True)
        if len(self._knots) < 10:
            raise ValueError(f"a surface needs at least ten distinct points, there are {len(self._knots)}")
        basis, penalty, back = self._reduced(min(self.k, len(self._knots) - 1))
        root = np.sqrt(np.ones(len(values)) if weights is None else weights)
        plane = np.hstack([np.ones((len(self._knots), 1)), self._knots])
        design = np.hstack([basis, plane])[at.ravel()] * root[:, None]
        coefficients = self._penalised(design, values * root, penalty)
        self._kernel_weights = back @ coefficients[:-3]
        self._plane = coefficients[-3:]
        return self

    def predict(self, points: Array) -> Array:
        """Height of the surface at `points`, shape (m, 2)."""
        placed = points - self._centre
        surface = _kernel(_squared(placed, self._knots)) @ self._kernel_weights
        return np.asarray(surface + self._plane[0] + placed @ self._plane[1:], dtype=float)

    def _reduced(self, k: int) -> tuple[Array, Array, Array]:
        """Basis at the knots, its penalty, and the way back to one weight per knot."""
        from scipy.linalg import eigh, qr  # slow to import

        kernel = _kernel(_squared(self._knots, self._knots))
        values, vectors = eigh(kernel, driver="evd", overwrite_a=True, check_finite=False)
        kept = np.argsort(-np.abs(values), kind="stable")[:k]
        values, vectors = values[kept], vectors[:, kept]
        plane = np.hstack([np.ones((len(self._knots), 1)), self._knots])
        free = qr(vectors.T @ plane, check_finite=False)[0][:, 3:]  # weights that bend, orthogonal to planes
        return (vectors * values) @ free, free.T @ (values[:, None] * free), vectors @ free

    def _penalised(self, design: Array, values: Array, penalty: Array) -> Array:
        """Penalised least squares at the GCV optimum, in the basis that makes both parts diagonal."""
        size = design.shape[1]
        full = np.zeros((size, size))
        full[: len(penalty), : len(penalty)] = penalty
        orthogonal, triangle = np.linalg.qr(design)
        inverse = np.linalg.inv(triangle)
        roughness = inverse.T @ full @ inverse
        roughness, rotation = np.linalg.eigh((roughness + roughness.T) / 2)
        roughness = np.clip(roughness, 0.0, None)
        projected = rotation.T @ (orthogonal.T @ values)
        shrink = _gcv_shrinkage(roughness, projected, float(values @ values), len(values))
        self.edf = float(shrink.sum())
        return np.asarray(inverse @ (rotation @ (shrink * projected)), dtype=float)


def _gcv_shrinkage(roughness: Array, projected: Array, total: float, n: int) -> Array:
    """Shrinkage of each diagonal component under the penalty weight of least GCV score."""
    from scipy.optimize import minimize_scalar

    def score(weights: Array) -> Array:
        shrink = 1.0 / (1.0 + np.exp(weights)[:, None] * roughness)
        squared = projected**2
        rest = total - 2 * shrink @ squared + shrink**2 @ squared
        return np.asarray(n * rest / (n - shrink.sum(axis=1)) ** 2, dtype=float)

    felt = roughness[roughness > 1e-12 * roughness.max()]
    grid = np.linspace(-np.log(felt.max()) - 8, -np.log(felt.min()) + 8, 80)
    best = int(np.argmin(score(grid)))
    bounds = (grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)])
    found = minimize_scalar(lambda weight: score(np.array([weight]))[0], bounds=bounds, method="bounded")
    return np.asarray(1.0 / (1.0 + np.exp(found.x) * roughness), dtype=float)


def _squared(left: Array, right: Array) -> Array:
    """Squared distances between two sets of points."""
    from scipy.spatial.distance import cdist  # slow to import

    return np.asarray(cdist(left, right, "sqeuclidean"), dtype=float)


def _kernel(squared: Array) -> Array:
    """r² ln r up to a factor, in the place of the squared distances; zero distance gives zero."""
    squared[squared == 0.0] = 1.0
    squared *= np.log(squared)
    squared /= 16 * np.pi
    return squared
