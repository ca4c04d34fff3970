#!/usr/bin/env python3
"""fit.py FEATURES... | fit.py --heard HEARD...: fits what each feature of a candidate weighs, and prints WEIGHTS for src/transcription/repair/model.rs.

FEATURES are what `cargo bench --bench repair -- features ...` writes: source, number of the utterance, first piece, piece
after the last, whether the name is the one said, what was heard, the name, and the features. Logistic regression (Newton's
method, a small ridge) on the sentences of split train and on dialogues in which names are spelt rightly. What is wanted is
the probability of the candidates that repairing chooses, which do not overlap: candidates are fitted, the likeliest of each
place are kept, and these are fitted again, three times. The sentences of split valid have no part.

HEARD are what `cargo bench --bench repair -- heard FOLDER` writes of recordings: number of the utterance, first piece, piece
after the last, whether the name is the one said, what was heard, the name, the log-odds by the words, the gain, and
the name that was said. From them AGAIN is fitted likewise, and what comes of the split valid is shown.
"""

import sys
from collections import defaultdict

import numpy as np

from hear import split

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


def read_heard(paths):
    for path in paths:
        for line in open(path, encoding="utf-8"):
            number, start, end, label, _, name, odds, gain, said = line.rstrip("\n").split("\t")
            features = [1.0, float(odds), min(max(float(gain), -15.0), 15.0)]
            yield (split(said) if said else "train", path, int(number)), (int(start), int(end)), int(label), name, features


def fit_heard(paths):
    rows = list(read_heard(paths))
    known = [row for row in rows if row[0][0] == "train"]
    weights = np.array([0.0, 1.0, 0.1])
    x, y = np.array([row[4] for row in known]), np.array([row[2] for row in known], float)
    for _ in range(4):
        kept = np.array(sorted(chosen(known, x @ weights)))
        weights = fit(x[kept], y[kept], np.zeros(len(kept)), np.ones(len(kept)))
    print("AGAIN:", ", ".join(f"{weight:.3f}" for weight in weights))
    kept_apart = [row for row in rows if row[0][0] == "valid"]
    for what, with_sound in [("by words", False), ("heard again", True)]:
        sums = np.array([row[4] @ (weights if with_sound else np.array([0.0, 1.0, 0.0])) for row in kept_apart])
        best = [(1 / (1 + np.exp(-sums[at])), kept_apart[at][2]) for at in chosen(kept_apart, sums)]
        for threshold in (0.3, 0.5, 0.65, 0.8):
            labels = [label for probability, label in best if probability >= threshold]
            print(f"valid, {what}, from {threshold}: {sum(labels)} right, {len(labels) - sum(labels)} wrong")


def main():
    if sys.argv[1] == "--heard":
        return fit_heard(sys.argv[2:])
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
