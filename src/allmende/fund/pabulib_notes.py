"""What had to be interpreted in a `.pb` file, and where it contradicts itself: told in both languages, never silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from allmende.fund.pabulib_lines import Line

Note = Mapping[str, str]

NOTES: Mapping[str, Note] = {
    "no_kind": {
        "de": "META nennt keine Art der Stimmzettel (vote_type); gelesen wurden sie als {kind}.",
        "en": "META names no vote_type; the ballots were read as {kind}.",
    },
    "surplus": {
        "de": "{count} Zeilen haben mehr Zellen als Spalten (zuerst Zeile {line}); der Rest wird nicht gelesen.",
        "en": "{count} lines have more cells than columns (first: line {line}); the rest is not read.",
    },
    "twice": {
        "de": "{count}-mal steht ein Projekt zweimal auf einem Stimmzettel; es zählt die erste Nennung.",
        "en": "{count} projects are named twice on one ballot; the first mention counts.",
    },
    "no_points": {
        "de": "{count}-mal gibt ein Stimmzettel einem Projekt keine oder negative Punkte; das ist keine Unterstützung.",
        "en": "{count} times a ballot gives a project no points or fewer than none; this is no support.",
    },
    "empty": {
        "de": "{count} Stimmzettel unterstützen kein Projekt; sie zählen als Stimmen.",
        "en": "{count} ballots support no project; they count as voters.",
    },
    "count": {
        "de": "META nennt {key} {said}; es sind {found}, und die zählen.",
        "en": "META says {key} {said}; there are {found}, and these count.",
    },
    "voter": {
        "de": "{count} Zeilen wiederholen eine voter_id; jede Zeile zählt als ein Stimmzettel.",
        "en": "{count} lines repeat a voter_id; each line counts as one ballot.",
    },
    "length": {
        "de": "{count} Stimmzettel nennen weniger als min_length oder mehr als max_length Projekte; sie zählen, wie sie sind.",
        "en": "{count} ballots name fewer than min_length or more than max_length projects; they count as they are.",
    },
    "unused": {
        "de": "META nennt {key} {said}; das wendet keine Regel hier an.",
        "en": "META says {key} {said}; no rule here applies it.",
    },
    "votes": {
        "de": "Bei {count} Projekten steht in der Spalte votes anderes, als die Stimmzettel ergeben (zuerst {first}).",
        "en": "For {count} projects the column votes says another number than the ballots give (first: {first}).",
    },
}
"""Notes by what they are about."""

UNUSED = ("default_score", "min_project_score_threshold", "budget_per_category", "budget_per_neighborhood")
"""What META may say that would change an official outcome, and that no rule here knows."""


def note(code: str, **values: object) -> Note:
    """Return a note in both languages.

    >>> note("no_kind", kind="approval")["en"]
    'META names no vote_type; the ballots were read as approval.'
    """
    return {language: text.format(**values) for language, text in NOTES[code].items()}


def disagreements(
    sections: Mapping[str, Sequence[Line]], meta: Mapping[str, str], supporters: Mapping[str, int], lengths: Sequence[int]
) -> list[Note]:
    """Return where the file says something else of itself than its lines hold.

    `supporters` counts the ballots by project, `lengths` the projects that each ballot names.
    """
    votes, told = sections["VOTES"], []
    for key, found in (("num_projects", len(supporters)), ("num_votes", len(votes))):
        if meta.get(key, str(found)) != str(found):
            told.append(note("count", key=key, said=meta[key], found=found))
    ids = [line.fields["voter_id"] for line in votes if line.fields.get("voter_id")]
    if len(set(ids)) < len(ids):
        told.append(note("voter", count=len(ids) - len(set(ids))))
    low, high = (_whole(meta.get(key, ""), default) for key, default in (("min_length", 0), ("max_length", max(lengths))))
    outside = sum(not low <= each <= high for each in lengths)
    if outside:
        told.append(note("length", count=outside))
    told += [note("unused", key=key, said=meta[key]) for key in UNUSED if meta.get(key, "").strip("0.")]
    wrong = [
        line.fields["project_id"]
        for line in sections["PROJECTS"]
        if line.fields.get("votes", "").isdigit() and int(line.fields["votes"]) != supporters[line.fields["project_id"]]
    ]
    if wrong:
        told.append(note("votes", count=len(wrong), first=wrong[0]))
    surplus = [line.number for lines in sections.values() for line in lines if line.surplus]
    if surplus:
        told.append(note("surplus", count=len(surplus), line=surplus[0]))
    return told


def _whole(text: str, default: int) -> int:
    return int(text) if text.isdigit() else default
