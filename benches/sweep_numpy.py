"""The sweep of benches/sweep.rs in vectorised numpy and scipy, timed.

usage: sweep_numpy.py GROUPS EPSILONS TRIALS TAU_TRIALS

Does TRIALS trials per ε of everything but τ-b, and TAU_TRIALS of τ-b (scipy has no
vectorised one), and prints the seconds of each as JSON. The caller scales them.
"""
import json
import sys
import time

import numpy as np
from scipy.stats import kendalltau


def main():
    groups, epsilons, trials, tau_trials = map(int, sys.argv[1:5])
    ranks = np.arange(1, groups + 1)
    raw = np.maximum(1, np.floor(80_000 / ranks**1.1))
    floor = np.maximum(raw, 1)
    k = 10
    top = np.zeros(groups, bool)
    top[np.argpartition(-raw, k)[:k]] = True
    first = int(np.argmax(raw))
    rng = np.random.Generator(np.random.PCG64(1))
    began = time.perf_counter()
    for epsilon in np.geomspace(0.01, 10, epsilons):
        noised = raw + rng.laplace(scale=100 / epsilon, size=(trials, groups))
        error = noised - raw
        size = np.abs(error)
        square = (error**2).mean(axis=1)
        figures = [
            error.mean(),
            error.mean(axis=1).std(ddof=1),
            size.mean(),
            size.mean(axis=1).std(ddof=1),
            np.sqrt(square.mean()),
            square.std(ddof=1),
            error.var(axis=0, ddof=1).mean(),
            np.quantile(size, 0.95),
            np.median(size / floor),
        ]
        best = np.argpartition(-noised, k, axis=1)[:, :k]
        figures.append(top[best].sum(axis=1).mean() / k)
        figures.append((noised.argmax(axis=1) != first).mean())
        assert np.isfinite(figures).all()
    rest = time.perf_counter() - began
    began = time.perf_counter()
    for epsilon in np.geomspace(0.01, 10, epsilons):
        noised = raw + rng.laplace(scale=100 / epsilon, size=(tau_trials, groups))
        np.mean([kendalltau(raw, row).statistic for row in noised])
    tau = time.perf_counter() - began
    print(json.dumps({"rest": rest, "tau": tau}))


main()
