"""The sweep of benches/sweep.rs in vectorised numpy and scipy, timed.

usage: sweep_numpy.py GROUPS EPSILONS TRIALS TAU_TRIALS

Does TRIALS trials per ε of MAE, RMSE, variance and overlap@10 in whole arrays, and
TAU_TRIALS of τ-b (scipy has no vectorised one), and prints as JSON the seconds of each
and those of a million Laplace samples. The caller scales τ-b.
"""
import json
import sys
import time

import numpy as np
from scipy.stats import kendalltau

groups, epsilons, trials, tau_trials = map(int, sys.argv[1:5])
k = 10
ranks = np.arange(1, groups + 1)
raw = np.maximum(1, np.floor(80_000 / ranks**1.1))
top = np.zeros(groups, bool)
top[np.argpartition(-raw, k)[:k]] = True
rng = np.random.Generator(np.random.PCG64(1))
grid = np.geomspace(0.01, 10, epsilons)


def timed(work, times):
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return sorted(seconds)[times // 2]


def rest():
    for epsilon in grid:
        noised = raw + rng.laplace(scale=100 / epsilon, size=(trials, groups))
        error = noised - raw
        square = (error**2).mean(axis=1)
        best = np.argpartition(-noised, k, axis=1)[:, :k]
        figures = [np.abs(error).mean(), np.sqrt(square.mean()), error.var(axis=0, ddof=1).mean(), top[best].mean()]
        assert np.isfinite(figures).all()


def tau():
    for epsilon in grid:
        noised = raw + rng.laplace(scale=100 / epsilon, size=(tau_trials, groups))
        np.mean([kendalltau(raw, row).statistic for row in noised])


print(json.dumps({
    "million": timed(lambda: rng.laplace(size=1_000_000), 9),
    "rest": timed(rest, 3),
    "tau": timed(tau, 1),
}))
