//! What a word like "allergic to" is said of: what it governs, and not what its sentence names beside that. "I take aspirin and
//! I'm allergic to codeine" tells of codeine alone.

use std::ops::Range;

use super::{ALLERGIC_ILLNESS, AND_REACTED, CUE};
use crate::{
    language::patterns::patterns,
    structuring::{facts::allergens::substances, visit::Line},
    terminology::DrugTable,
};

patterns! {
    // The speaker turns to what is taken: "allergic to codeine, and I'm on aspirin".
    TAKES = r"\b(?:(?:i'm|i am|he's|she's|i've been|he is|she is)(?: also| still| just| only)? (?:on|taking|using)|(?:i|he|she|we)(?: also| still| just| only)? (?:takes?|uses?|get)|(?:has|have|had|got|wants?|keeps?|put|puts|started) (?:me|him|her) (?:back )?on|taking|takes|prescribed)\b";
    // Nothing but words that lead to the object: "can't take any of the codeine ones".
    LEADS_TO = r"^\W*(?:(?:to|with|from|on|after|of|for|the|any|some|all|most|my|an?|anything|things?|stuff|drugs|medicines?|antibiotics|like|with|in|taking|having|been|given|called|um|uh|er|well|is|was)\b\W*)*$";
    // "… I can't take it", "… I'm allergic to both".
    POINTS_BACK = r"^\W*(?:to |with |from |on |any of |either of |all of |all )*(?:it|that|them|those|these|this|both|either|the two|the lot|that one|that stuff|all (?:of )?them)\b";
    CAUSED_BY = r"^[^.?!,;]{0,20}\b(?:from|to|with|after|on|of)\b[^.?!,;]{0,12}$";
    LISTS_ON = r"^\W*(?:(?:and|or|plus|the|also)\b\W*)*$";
}

/// Whether `between` turns to what is taken.
pub(super) fn turns_to_use(between: &str) -> bool {
    TAKES.is_match(between)
}

/// Whether the nearest cue in `before`, the clause up to a mention, governs it: nobody turned to what is taken in between.
pub(super) fn from_before(before: &str) -> bool {
    let last = cues(before).last();
    last.is_some_and(|cue| !TAKES.is_match(&before[cue.end..]))
}

/// Whether a cue in `after`, the clause behind a mention, is said of it: it has no object of its own, and of what is taken
/// (`before`) only where it points back to it.
pub(super) fn from_after(before: &str, after: &str) -> bool {
    let named: Vec<Range<usize>> = substances(after, DrugTable::bundled()).into_iter().map(|one| one.range).collect();
    let taken = TAKES.is_match(before);
    cues(after).any(|cue| {
        let rest = &after[cue.end..];
        let next = named.iter().find(|one| one.start >= cue.end);
        let has_object = next.is_some_and(|next| LEADS_TO.is_match(&after[cue.end..next.start]));
        let before_another = named.iter().any(|one| one.end <= cue.start);
        let points_back = POINTS_BACK.is_match(rest) && !before_another;
        !has_object && (!taken || points_back || next.is_none() && !before_another)
    })
}

/// Whether a cue in `after`, the clause behind a mention, points back to it: "I take aspirin and I'm allergic to it".
pub(super) fn points_back(after: &str) -> bool {
    let first = cues(after).next();
    first.is_some_and(|cue| {
        substances(&after[..cue.start], DrugTable::bundled()).is_empty() && POINTS_BACK.is_match(&after[cue.end..])
    })
}

/// The part of `clause` that can say what the mention at `range` brings on. What is taken brings on nothing that is told of a
/// substance named after it: "I take aspirin, and sulfa gives me hives".
pub(super) fn own_part<'l>(line: &'l Line, range: &Range<usize>, clause: &Range<usize>) -> &'l str {
    let text = line.text();
    let taken = TAKES.is_match(&text[clause.start..range.start]);
    let others = substances(&text[range.end..clause.end], DrugTable::bundled());
    let next = others
        .first()
        .map(|other| other.range.start)
        .filter(|next| taken || !LISTS_ON.is_match(&text[range.end..range.end + next]));
    &text[clause.start..next.map_or(clause.end, |next| range.end + next)]
}

/// Whether `after`, the sentence behind a mention, goes on with a reaction to it, and names nothing else that brought it on: "I
/// take Flonase, and I get hives from shrimp".
pub(super) fn reacted_then(after: &str) -> bool {
    let Some(reaction) = AND_REACTED.find(after) else { return false };
    let others = substances(&after[reaction.end()..], DrugTable::bundled());
    !others.first().is_some_and(|other| CAUSED_BY.is_match(&after[reaction.end()..][..other.range.start]))
}

/// The words of `text` that speak of a reaction.
fn cues(text: &str) -> impl Iterator<Item = Range<usize>> {
    CUE.find_iter(text).filter(|cue| !ALLERGIC_ILLNESS.is_match(&text[cue.start()..])).map(|cue| cue.range())
}
