#!/usr/bin/env python3
"""fit.py FEATURES...: fits what each feature of a candidate weighs, and prints WEIGHTS for src/transcription/repair/model.rs.

FEATURES are what `cargo bench --bench repair -- features ...` writes: source, number of the utterance, first piece, piece
after the last, whether the name is the one said, what was heard, the name, and the features. Logistic regression (Newton's
method, a small ridge) on the sentences of split train and on dialogues in which names are spelt rightly. What is wanted is
the probability of the candidates that repairing chooses, which do not overlap: candidates are fitted, the likeliest of each
place are kept, and these are fitted again, three times. The sentences of split valid have no part.
"""

import sys
from collections import defaultdict

import numpy as np

NAMES = ["bias", "likeness", "margin", "weight of the name", "words after the first", "strange letters",
         "no strange word", "dose", "usual dose", "taking", "how", "on the chart", "said elsewhere", "treats", "unsure word",
         "brand", "common"]
# No sentence of the corpus comes with a chart or with the rest of a visit, and the dialogues have no probabilities: what
# those weigh is set, not fitted.
SET = {"on the chart": 2.5, "said elsewhere": 1.5, "treats": 1.0, "unsure word": 3.0}


# In recognised visits a name is misheard about every 200 words; the misheard names of the corpus belong to that many words,
# and the dialogues, in which none is, count as much as that and not as many as they are.
TYPED_COUNTS = 0.12


def read(paths):
    for path in paths:
        for line in open(path, encoding="utf-8"):
            source, number, start, end, label, heard, name, *features = line.rstrip("\n").split("\t")
            yield (source, int(number)), (int(start), int(end)), int(label), heard, name, [float(x) for x in features]


def fit(x, y, offset, counts):
    weights = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ weights + offset)))
        # The likenesses vary by tenths: a ridge of 1 would all but take them out.
        ridge = np.diag([0, 0.01, 0.01] + [1] * (x.shape[1] - 3))
        gradient = x.T @ (counts * (y - p)) - ridge @ weights
        hessian = (x * (counts * p * (1 - p))[:, None]).T @ x + ridge
        step = np.linalg.solve(hessian, gradient)
        weights += step
        if np.abs(step).max() < 1e-6:
            break
    return weights


def chosen(rows, sums):
    """The likeliest candidates of each utterance that do not overlap, as repairing chooses them."""
    by_utterance = defaultdict(list)
    for at, row in enumerate(rows):
        by_utterance[row[0]].append(at)
    for mine in by_utterance.values():
        kept = []
        for at in sorted(mine, key=lambda at: -sums[at]):
            start, end = rows[at][1]
            if all(end <= rows[other][1][0] or rows[other][1][1] <= start for other in kept):
                kept.append(at)
        yield from kept


def main():
    rows = [row for row in read(sys.argv[1:]) if row[0][0] != "valid"]
    x = np.array([row[5] for row in rows])
    y = np.array([row[2] for row in rows], float)
    # Typed words have no probability: they get what recognised words that are no names have on average (TYPED).
    unsure, recognised = NAMES.index("unsure word"), np.array([row[0][0] == "train" for row in rows])
    x[~recognised, unsure] = x[recognised & (y == 0), unsure].mean()
    counts = np.where(recognised, 1.0, TYPED_COUNTS)
    fixed = [NAMES.index(name) for name in SET]
    free = [at for at in range(len(NAMES)) if at not in fixed]
    weights, kept = np.zeros(len(NAMES)), np.arange(len(rows))
    weights[fixed] = list(SET.values())
    for _ in range(4):
        weights[free] = fit(x[kept][:, free], y[kept], x[kept][:, fixed] @ weights[fixed], counts[kept])
        kept = np.array(sorted(chosen(rows, x @ weights)))
    print(f"// {len(kept)} places, {int(y[kept].sum())} names; TYPED: {1 - x[recognised & (y == 0), unsure].mean():.2f}")
    for name, weight in zip(NAMES, weights):
        print(f"    {weight:.2f}, // {name}")


if __name__ == "__main__":
    main()
