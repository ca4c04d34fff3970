#!/usr/bin/env python3
"""Do soapstone's checks rank summaries as people do?

MTS-Dialog (Ben Abacha et al. 2023, CC BY 4.0) has 400 automatic summaries of its valid dialogues for which people counted the
facts that were made up and those that were left out. Each is checked with `soapstone verify`, and the shares that it finds are
compared with theirs by Spearman's rank correlation; beside it, ROUGE-1 against the reference, which is what most papers report.

    tools/factuality/check.py SUMMARIES.csv SCORES.csv [SOAPSTONE]
"""

import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path


def rows(path):
    with open(path, encoding="utf-8-sig", errors="replace", newline="") as file:
        return list(csv.DictReader(file))


def ranks(values):
    """Ranks from 1, ties sharing their mean."""
    order = sorted(range(len(values)), key=values.__getitem__)
    result = [0.0] * len(values)
    start = 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in order[start : end + 1]:
            result[place] = (start + end) / 2 + 1
        start = end + 1
    return result


def spearman(one, other):
    one, other = ranks(one), ranks(other)
    mean = (len(one) + 1) / 2
    product = sum((a - mean) * (b - mean) for a, b in zip(one, other))
    size = lambda values: sum((value - mean) ** 2 for value in values) ** 0.5
    return product / (size(one) * size(other))


def rouge1(reference, summary):
    words = lambda text: Counter("".join(c if c.isalnum() else " " for c in text.lower()).split())
    one, other = words(reference), words(summary)
    shared = sum((one & other).values())
    return 2 * shared / max(1, sum(one.values()) + sum(other.values()))


def verified(soapstone, folder, dialogue, summary):
    """The share of statements that are not supported, and how much is left out; `None` where there is nothing to check."""
    (folder / "said.txt").write_text("\n".join(line.strip() for line in dialogue.splitlines()), encoding="utf-8")
    (folder / "note.txt").write_text(summary, encoding="utf-8")
    command = [soapstone, "verify", folder / "note.txt", "--transcript", folder / "said.txt", "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        return None
    answer = json.loads(run.stdout)
    statements = answer["statements"]
    wrong = sum(one["support"] == "unsupported" for one in statements)
    return wrong / max(1, len(statements)), len(answer["omitted"])


def main():
    summaries, scores = rows(sys.argv[1]), rows(sys.argv[2])
    soapstone = sys.argv[3] if len(sys.argv) > 3 else "soapstone"
    kept = []
    with tempfile.TemporaryDirectory() as folder:
        for item, human in zip(summaries, scores, strict=True):
            if found := verified(soapstone, Path(folder), item["Dialogue"], item["Automatic Summary"]):
                similar = rouge1(item["Reference Summary"], item["Automatic Summary"])
                kept.append((*found, similar, float(human["HallucinationRate"]), float(human["OmissionRate"])))
    unsupported, omitted, similar, made_up, left_out = map(list, zip(*kept))
    print(f"{len(kept)} of {len(summaries)} summaries could be checked")
    print(f"unsupported with what people found made up: {spearman(unsupported, made_up):.2f}")
    print(f"ROUGE-1 with the same, turned round:        {-spearman(similar, made_up):.2f}")
    print(f"omitted with what people found left out:    {spearman(omitted, left_out):.2f}")
    print(f"ROUGE-1 with the same, turned round:        {-spearman(similar, left_out):.2f}")
    with_made_up = [row for row in kept if row[3] > 0]
    caught = sum(row[0] > 0 for row in with_made_up)
    clean = [row for row in kept if row[3] == 0]
    alarmed = sum(row[0] > 0 for row in clean)
    print(f"summaries with something made up: {caught} of {len(with_made_up)} have an unsupported statement")
    print(f"summaries without:                {alarmed} of {len(clean)} have one")


if __name__ == "__main__":
    main()
