"""Logistic regression on a handful of features: what makes a score a probability."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Logistic:
    """weights: one a feature, then the intercept."""

    weights: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Probabilities, one a row of `features`."""
        z = np.asarray(features) @ self.weights[:-1] + self.weights[-1]
        return 1 / (1 + np.exp(-np.clip(z, -40, 40)))


def fit(
    features: np.ndarray,
    outcomes: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    penalty: float = 1.0,
) -> Logistic:
    """Maximum likelihood with a quadratic penalty on standardised weights, by Newton's method."""
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    x = np.c_[(features - mean) / spread, np.ones(len(features))]
    importance = np.ones(len(x)) if weights is None else weights
    ridge = penalty * np.eye(x.shape[1])
    ridge[-1, -1] = 1e-3
    beta = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -40, 40)))
        gradient = x.T @ (importance * (outcomes - p)) - ridge @ beta
        hessian = (x * (importance * np.maximum(p * (1 - p), 1e-9))[:, None]).T @ x + ridge
        step = np.linalg.solve(hessian, gradient)
        beta += step
        if np.abs(step).max() < 1e-7:
            break
    slope = beta[:-1] / spread
    return Logistic(np.r_[slope, beta[-1] - slope @ mean])
