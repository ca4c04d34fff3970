//! Places where a name can have been said, each with what speaks for it.

use std::{collections::HashMap, ops::Range};

use super::{
    context::{self, Context},
    names::{NAMES, Name, phones},
    pieces::{self, Piece},
    visit::Expected,
};
use crate::{domain::Utterance, language::units, terminology::DrugTable};

/// The most words that one name was ever heard as.
const LONGEST: usize = 4;
/// Names that sound so much less like a place than the likeliest are not weighed any further.
const NEAR: f32 = 0.12;
/// Without a strange word and without a dose, a word must be heard so badly to be looked at.
pub(super) const BADLY_HEARD: f32 = 0.5;
/// The probability of words that no recogniser gave one: that of recognised words which are no names, on average.
const TYPED: f32 = 0.67;

/// Number of [`Candidate::features`].
pub const FEATURES: usize = 17;

/// Of the features, whether all words are ones that people use, …
pub(super) const ORDINARY: usize = 6;
/// … whether a dose follows (from here to [`TREATS`] are what is said around the place and elsewhere), …
pub(super) const DOSE: usize = 7;
/// … whether the chart has the medicine, …
pub(super) const ON_CHART: usize = 11;
/// … whether the visit names it elsewhere, …
pub(super) const SAID: usize = 12;
/// … whether it is given for what the visit is about, …
pub(super) const TREATS: usize = 13;
/// … how unsure the recogniser was of the words, …
pub(super) const UNSURE: usize = 14;
/// … and whether the name is a brand.
pub(super) const BRAND: usize = 15;

/// A name that can have been said at a place.
#[derive(Debug)]
pub struct Candidate<'n> {
    /// Pieces of the utterance.
    pub span: Range<usize>,
    /// Bytes of its text.
    pub range: Range<usize>,
    /// The name.
    pub name: &'n Name,
    /// What speaks for it, as [`super::model`] weighs it.
    pub features: [f32; FEATURES],
    /// What is said around it.
    pub context: Context,
    /// Whether the text is a person's or another recogniser's, which tells no probabilities.
    pub typed: bool,
    /// Whether the dose that follows is a usual one.
    pub usual_dose: bool,
    /// Whether the dose that follows is far from every usual one: 62.5 micrograms are no dose of dexamethasone.
    pub unlikely_dose: bool,
    /// Whether what was heard is words of English, which somebody can have said.
    pub is_english: bool,
    /// How much better than what was written it fits the sound, in nats, where that was listened to.
    pub gain: Option<f32>,
}

impl Candidate<'_> {
    /// The visit names the medicine elsewhere too.
    pub(super) fn is_said_elsewhere(&mut self) {
        self.features[SAID] = 1.0;
    }
}

/// Looks for names in utterances; what was compared once is remembered.
pub struct Finder<'n> {
    expected: &'n Expected,
    /// Names that sound like a place, the likeliest first.
    alike: HashMap<Sounds, Vec<(f32, &'n Name)>>,
}

/// Those of a place, and whether short names come into question there.
type Sounds = (Vec<u8>, bool);

impl<'n> Finder<'n> {
    /// For a visit of which `expected` is known.
    pub fn new(expected: &'n Expected) -> Self {
        Self { expected, alike: HashMap::new() }
    }

    /// What `said` can have named, which was said after `before`. Places may overlap, and a place may have several candidates.
    pub fn candidates(&mut self, said: &Utterance, before: Option<&Utterance>) -> Vec<Candidate<'n>> {
        let answers =
            before.is_some_and(|before| before.speaker != said.speaker && context::asks_what_is_taken(&before.text));
        let (pieces, doses) = (pieces::pieces(said), context::doses(&said.text));
        let named: Vec<Range<usize>> =
            DrugTable::bundled().mentions(&said.text).into_iter().map(|mention| mention.range).collect();
        let is_named =
            |piece: &Piece| named.iter().any(|range| range.start < piece.range.end && piece.range.start < range.end);
        let mut found = Vec::new();
        for start in 0..pieces.len() {
            // "Insulin" is a name, and the beginning of longer ones.
            let opening = is_named(&pieces[start]).then(|| format!("{} ", pieces[start].lower));
            for end in start + 1..=pieces.len().min(start + LONGEST) {
                let last = &pieces[end - 1];
                let is_word = last.lower.starts_with(|c: char| c.is_alphabetic());
                if !is_word || (end > start + 1 && is_named(last)) {
                    break;
                }
                let mut context = context::around(&pieces, &doses, &(start..end));
                let is_asked_for = answers && context::is_first_said(&pieces, start);
                context.taking |= is_asked_for;
                let suspicious = match &opening {
                    Some(_) => pieces[start + 1..end].iter().any(Piece::is_strange),
                    None => is_asked_for || is_suspicious(&pieces[start..end], &context),
                };
                if suspicious {
                    let continues = |one: &Candidate| {
                        opening.as_ref().is_none_or(|opening| one.name.surface.to_lowercase().starts_with(opening))
                    };
                    found.extend(self.at(&pieces, start..end, &context).into_iter().filter(continues));
                }
                if last.ends {
                    break;
                }
            }
        }
        found
    }

    fn at(&mut self, pieces: &[Piece], span: Range<usize>, context: &Context) -> Vec<Candidate<'n>> {
        let text: Vec<&str> = pieces[span.clone()].iter().map(|piece| piece.lower.as_str()).collect();
        let is_medicine = context.taking || context.dose.is_some();
        let text = text.join(" ");
        let alike = self.alike(phones(&text), is_medicine);
        let Some((best, _)) = alike.first().copied() else { return Vec::new() };
        let near = alike.iter().take_while(|(likeness, _)| *likeness >= best - NEAR);
        near.filter(|(_, name)| name.can_be(&text))
            .map(|(likeness, name)| {
                let other = alike.iter().find(|(_, other)| other.medicine() != name.medicine());
                let margin = (likeness - other.map_or(0.0, |(likeness, _)| *likeness)).clamp(-0.2, 0.3);
                self.candidate(&pieces[span.clone()], span.clone(), name, [*likeness, margin], context)
            })
            .collect()
    }

    /// The names that sound like `heard`, each medicine once; `short` ones too, or not.
    fn alike(&mut self, heard: Vec<u8>, short: bool) -> Vec<(f32, &'n Name)> {
        let expected = self.expected;
        let compare = |(heard, short): &(Vec<u8>, bool)| {
            let names = NAMES.iter().chain(&expected.other_names).filter(|name| *short || !name.is_short);
            let mut alike: Vec<(f32, &'n Name)> =
                names.filter_map(|name| Some((name.likeness(heard)?, name))).collect();
            alike.sort_by(|a, b| b.0.total_cmp(&a.0));
            let mut seen = std::collections::HashSet::new();
            alike.retain(|(_, name)| seen.insert(name.medicine()));
            alike.truncate(6);
            alike
        };
        self.alike.entry((heard, short)).or_insert_with_key(compare).clone()
    }

    fn candidate(
        &self,
        pieces: &[Piece],
        span: Range<usize>,
        name: &'n Name,
        [likeness, margin]: [f32; 2],
        context: &Context,
    ) -> Candidate<'n> {
        let strange: usize = pieces.iter().filter(|piece| piece.is_strange()).map(|piece| piece.lower.len()).sum();
        let letters: usize = pieces.iter().map(|piece| piece.lower.len()).sum();
        let typed = pieces.iter().all(|piece| piece.probability.is_none());
        let sure = pieces.iter().map(|piece| piece.probability.unwrap_or(TYPED)).fold(1.0, f32::min);
        let (usual_dose, unlikely_dose) = (is_usual(name, context), is_unlikely(name, context));
        let flag = |is: bool| f32::from(u8::from(is));
        let features = [
            1.0,
            likeness,
            margin,
            name.weight.min(8.0) / 8.0,
            (span.len() - 1) as f32,
            strange as f32 / letters.max(1) as f32,
            flag(strange == 0),
            flag(context.dose.is_some()),
            flag(usual_dose),
            flag(context.taking),
            flag(context.how),
            flag(self.expected.on_chart(name)),
            flag(self.expected.is_said(name)),
            flag(name.drug.is_some_and(|drug| self.expected.treats(drug))),
            1.0 - sure,
            flag(name.drug.is_some_and(|drug| drug.brands.contains(&name.surface.as_str()))),
            flag(name.is_common),
        ];
        let range = pieces[0].range.start..pieces[pieces.len() - 1].range.end;
        let is_english = pieces.iter().all(|piece| piece.is_word);
        let (context, gain) = (context.clone(), None);
        Candidate { span, range, name, features, context, usual_dose, unlikely_dose, is_english, typed, gain }
    }
}

/// Whether a place is worth a look: it has a word that nobody uses, a dose follows, or it was heard badly where something
/// is taken. What answers a question about medicines is looked at whatever it is.
fn is_suspicious(pieces: &[Piece], context: &Context) -> bool {
    // "More than three grams" compares.
    if pieces.iter().any(|piece| piece.lower == "than") {
        return false;
    }
    let badly_heard = pieces.iter().any(|piece| piece.probability.is_some_and(|sure| sure < BADLY_HEARD));
    pieces.iter().any(Piece::is_strange) || context.dose.is_some() || (context.taking && badly_heard)
}

/// Less than this part of the smallest strength is nobody's dose: tablets are halved and quartered.
const LEAST_OF_STRENGTH: f64 = 0.25;
/// As many of the largest strength are nobody's dose.
const MOST_OF_STRENGTH: f64 = 10.0;

/// Whether the weight that follows is far from every strength of the medicine.
fn is_unlikely(name: &Name, context: &Context) -> bool {
    let weight = |value: f64, unit: &str| Some(value * units::micrograms(unit)?);
    let (Some(drug), Some(dose)) = (name.drug, &context.dose) else { return false };
    let Some(said) = weight(dose.value, dose.unit) else { return false };
    let amounts = drug.strengths.iter().flat_map(|strength| context::amounts(strength));
    let weights: Vec<f64> = amounts.filter_map(|(value, unit)| weight(value, unit)).collect();
    let least = weights.iter().copied().fold(f64::INFINITY, f64::min);
    let most = weights.iter().copied().fold(0.0, f64::max);
    !weights.is_empty() && !(least * LEAST_OF_STRENGTH..=most * MOST_OF_STRENGTH).contains(&said)
}

/// Whether the dose that follows is one in which the medicine is usual.
fn is_usual(name: &Name, context: &Context) -> bool {
    let (Some(drug), Some(dose)) = (name.drug, &context.dose) else { return false };
    drug.strengths
        .iter()
        .flat_map(|strength| context::amounts(strength))
        .any(|(value, unit)| unit == dose.unit && (value - dose.value).abs() < 0.001)
}
