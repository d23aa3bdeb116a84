"""Peers from SciPy, to measure the matcher against.

    exact.py roster FILE    several shifts each as an integer programme, solved to optimality by HiGHS
    exact.py dense FILE     one shift each as a square table of costs, by the Jonker-Volgenant of linear_sum_assignment

Prints what was filled, at what rank, and the seconds that solving took (not reading or modelling).
"""

import statistics
import sys
import time

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linear_sum_assignment, milp
from scipy.sparse import coo_matrix

SHIFTS, TIME, TRAVEL = 4, 24, 1


def rows_of(path, kind):
    with open(path) as lines:
        return [tuple(map(int, line.split()[1:])) for line in lines if line.startswith(kind)]


def apart(a, b):
    """Whether one person can take both shifts (start, end, capacity, place)."""
    a, b = sorted((a, b))
    return a[1] + (TRAVEL if a[3] != b[3] else 0) <= b[0]


def roster(path):
    shifts = {s[0]: s[2:] for s in rows_of(path, "s")}
    pairs = rows_of(path, "e")
    by_person, by_shift = {}, {}
    for i, (person, shift, _) in enumerate(pairs):
        by_person.setdefault(person, []).append(i)
        by_shift.setdefault(shift, []).append(i)
    entries, most = [], []

    def limit(weights, bound):
        entries.extend((len(most), i, weight) for i, weight in weights)
        most.append(bound)

    for shift, own in by_shift.items():
        limit([(i, 1) for i in own], shifts[shift][2])
    for own in by_person.values():
        at = {i: shifts[pairs[i][1]] for i in own}
        limit([(i, 1) for i in own], SHIFTS)
        limit([(i, at[i][1] - at[i][0]) for i in own], TIME)
        for moment in sorted({s[0] for s in at.values()}):  # who works at a moment works on one shift
            there = [(i, 1) for i in own if at[i][0] <= moment < at[i][1]]
            if len(there) > 1:
                limit(there, 1)
        for n, i in enumerate(own):  # those that do not overlap, but are too near for the way
            for k in own[n + 1 :]:
                overlap = at[i][0] < at[k][1] and at[k][0] < at[i][1]
                if not overlap and not apart(at[i], at[k]):
                    limit([(i, 1), (k, 1)], 1)
    row, column, weight = zip(*entries)
    matrix = coo_matrix((weight, (row, column)), shape=(len(most), len(pairs))).tocsr()
    rank = np.array([p[2] for p in pairs])
    slot = 1 + SHIFTS * (1 + max(by_person)) * rank.max()  # one more filled before any ranks
    start = time.perf_counter()
    answer = milp(
        rank - float(slot),
        constraints=LinearConstraint(matrix, -np.inf, most),
        integrality=np.ones(len(pairs)),
        bounds=Bounds(0, 1),
        options={"mip_rel_gap": 0, "time_limit": 600},
    )
    seconds = time.perf_counter() - start
    chosen = answer.x > 0.5
    print(f"filled={chosen.sum()} rank={rank[chosen].sum()} seconds={seconds:.6f} peak={peak()}")


def peak():
    """The most memory that this process held, in bytes."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM"))


def dense(path):
    pairs = np.array(rows_of(path, "e"))
    costs = np.empty((pairs[:, 0].max() + 1, pairs[:, 1].max() + 1), np.int64)
    costs[pairs[:, 0], pairs[:, 1]] = pairs[:, 2]
    times = []
    while not times or sum(times) < 0.5:
        start = time.perf_counter()
        rows, columns = linear_sum_assignment(costs)
        times.append(time.perf_counter() - start)
    print(f"filled={len(rows)} rank={costs[rows, columns].sum()} seconds={statistics.median(times):.6f} peak={peak()}")


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("roster", "dense"):
        sys.exit(__doc__)
    {"roster": roster, "dense": dense}[sys.argv[1]](sys.argv[2])
