//! How many people speak, and what each sounds like: from one to five, told from the windows of a recording.
//!
//! Windows are joined, the most alike first, until what is left is not alike ([`Thresholds`]); then those groups are joined
//! whose voices lie no further apart than the windows of each scatter around it. Measuring the distance by the scatter
//! rather than by a fixed number lets a telephone, on which all voices are more alike, be judged by its own measure.
//! `docs/adr/0006-speakers-by-voice.md` has the figures of the alternatives.

use super::voices::{Embedding, Thresholds};

/// The most people that are told apart.
pub const MOST: usize = 5;

/// Fewer windows than this are no group of their own at first.
const LEAST: usize = 3;
/// The distance of two voices, as a multiple of the scatter around them, from which on they are two people's …
const APART: f32 = 1.2;
/// … and where one of them has been heard hardly at all: few windows scatter little. Of what 2.0 asks, such groups of
/// one person reached 1.07 at most in 24 recordings, those of two people 1.4 at least.
const APART_IF_FEW: f32 = 2.4;
/// Up to this many windows are few; from twice as many on they are enough.
const FEW: usize = 8;
/// A mixture of two voices is a group less than half as large as each of theirs.
const SMALLER: usize = 2;
/// Windows that are grouped; of more, as many spread over the recording are.
const GROUPED: usize = 1500;

/// The voices in `windows`, in no order: one to [`MOST`], or none of no windows. `thresholds` are of the encoder that
/// heard them.
pub fn voices(windows: &[Embedding], thresholds: &Thresholds) -> Vec<Embedding> {
    let step = windows.len().div_ceil(GROUPED).max(1);
    let windows: Vec<&Embedding> = windows.iter().step_by(step).collect();
    if windows.is_empty() {
        return Vec::new();
    }
    let mut groups = Groups { labels: agglomerate(&windows, thresholds.alike), windows };
    let kept: Vec<usize> =
        groups.sizes().into_iter().filter(|(_, size)| *size >= LEAST).map(|(label, _)| label).collect();
    if kept.is_empty() {
        return Embedding::mean(groups.windows).into_iter().collect();
    }
    groups.keep(&kept);
    while groups.drop_mixture(thresholds.mixture) || groups.join_closest() {}
    groups.sizes().into_iter().map(|(label, _)| groups.voice(label)).collect()
}

struct Groups<'e> {
    windows: Vec<&'e Embedding>,
    /// The group of each window.
    labels: Vec<usize>,
}

impl Groups<'_> {
    /// Each group with how many windows it has.
    fn sizes(&self) -> Vec<(usize, usize)> {
        let mut labels: Vec<usize> = self.labels.clone();
        labels.sort_unstable();
        labels.chunk_by(|a, b| a == b).map(|group| (group[0], group.len())).collect()
    }

    fn members(&self, label: usize) -> impl Iterator<Item = &Embedding> {
        self.windows.iter().zip(&self.labels).filter(move |(_, found)| **found == label).map(|(window, _)| *window)
    }

    fn voice(&self, label: usize) -> Embedding {
        Embedding::mean(self.members(label)).expect("a group has windows")
    }

    /// Gives every window to the likest of the groups `kept`.
    fn keep(&mut self, kept: &[usize]) {
        let voices: Vec<(usize, Embedding)> = kept.iter().map(|&label| (label, self.voice(label))).collect();
        let likest = |window: &Embedding| {
            let likeness = |voice: &Embedding| window.cosine(voice);
            voices.iter().max_by(|a, b| likeness(&a.1).total_cmp(&likeness(&b.1))).map_or(0, |(label, _)| *label)
        };
        self.labels = self.windows.iter().map(|window| likest(window)).collect();
    }

    /// Joins the two groups that are closest for what they scatter, if they are one person's or too many are left.
    /// `false` when all are different people.
    fn join_closest(&mut self) -> bool {
        let sizes = self.sizes();
        let voices: Vec<Embedding> = sizes.iter().map(|&(label, _)| self.voice(label)).collect();
        let own: Vec<f32> = sizes
            .iter()
            .zip(&voices)
            .map(|(&(label, _), voice)| self.members(label).map(|window| window.cosine(voice)).sum())
            .collect();
        let pairs = (0..sizes.len()).flat_map(|a| (0..a).map(move |b| (a, b)));
        let distance = |(a, b): (usize, usize)| {
            let windows = (sizes[a].1 + sizes[b].1) as f32;
            let scatter = (1.0 - (own[a] + own[b]) / windows).max(1e-3);
            (1.0 - voices[a].cosine(&voices[b])) / scatter / apart(sizes[a].1.min(sizes[b].1))
        };
        let closest = pairs.map(|pair| (distance(pair), pair)).min_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, (a, b))) = closest.filter(|(distance, _)| *distance < 1.0 || sizes.len() > MOST) else {
            return false;
        };
        self.labels.iter_mut().filter(|label| **label == sizes[a].0).for_each(|label| *label = sizes[b].0);
        let kept: Vec<usize> = sizes.iter().map(|size| size.0).filter(|label| *label != sizes[a].0).collect();
        self.keep(&kept);
        true
    }

    /// Gives the windows of the group that is most like a mixture of two others to those. `false` if none is as like as
    /// `mixed`.
    fn drop_mixture(&mut self, mixed: f32) -> bool {
        let sizes = self.sizes();
        let voices: Vec<Embedding> = sizes.iter().map(|&(label, _)| self.voice(label)).collect();
        let mixture = |group: usize| {
            let larger: Vec<usize> =
                (0..sizes.len()).filter(|&other| sizes[other].1 > SMALLER * sizes[group].1).collect();
            let pairs = larger.iter().flat_map(|a| larger.iter().map(move |b| (*a, *b))).filter(|(a, b)| a < b);
            pairs.map(|(a, b)| likeness_of_mixture(&voices[group], &voices[a], &voices[b])).fold(0.0, f32::max)
        };
        let most = (0..sizes.len()).map(|group| (mixture(group), group)).max_by(|a, b| a.0.total_cmp(&b.0));
        let Some((_, dropped)) = most.filter(|(likeness, _)| *likeness >= mixed) else { return false };
        let kept: Vec<usize> = sizes.iter().map(|size| size.0).filter(|label| *label != sizes[dropped].0).collect();
        self.keep(&kept);
        true
    }
}

/// How far apart voices have to be if the one heard less was heard in `windows`.
fn apart(windows: usize) -> f32 {
    let lack = (2 * FEW).saturating_sub(windows) as f32 / FEW as f32;
    APART + (APART_IF_FEW - APART) * lack.min(1.0)
}

/// How like `voice` is to the mixture of `a` and `b` that is most like it, each a fifth of it at least.
fn likeness_of_mixture(voice: &Embedding, a: &Embedding, b: &Embedding) -> f32 {
    let (to_a, to_b, between) = (voice.cosine(a), voice.cosine(b), a.cosine(b));
    let likeness = |part: f32| {
        let rest = 1.0 - part;
        let length = (part * part + rest * rest + 2.0 * part * rest * between).sqrt();
        (part * to_a + rest * to_b) / length
    };
    (4..=16).map(|twentieth| likeness(twentieth as f32 / 20.0)).fold(0.0, f32::max)
}

/// Average linkage by chains of nearest neighbours, of groups that are `alike` on average at least: the group of each
/// window, as the number of one of its windows.
fn agglomerate(windows: &[&Embedding], alike: f32) -> Vec<usize> {
    let count = windows.len();
    let mut likeness: Vec<f32> = windows.iter().flat_map(|a| windows.iter().map(|b| a.cosine(b))).collect();
    let mut sizes = vec![1.0f32; count];
    let mut active: Vec<usize> = (0..count).collect();
    let mut parents: Vec<usize> = (0..count).collect();
    let mut chain: Vec<usize> = Vec::new();
    while active.len() > 1 {
        let top = *chain.last().unwrap_or(&active[0]);
        if chain.is_empty() {
            chain.push(top);
        }
        let before = chain.len().checked_sub(2).map(|index| chain[index]);
        let like = |other: usize| likeness[top * count + other];
        let others = active.iter().copied().filter(|&other| other != top);
        let nearest = others.max_by(|&a, &b| like(a).total_cmp(&like(b))).expect("two are active");
        let nearest = before.filter(|&before| like(before) >= like(nearest)).unwrap_or(nearest);
        if Some(nearest) != before {
            chain.push(nearest);
            continue;
        }
        if like(nearest) >= alike {
            parents[top] = nearest;
        }
        chain.truncate(chain.len() - 2);
        active.retain(|&index| index != top);
        for &other in active.iter().filter(|&&other| other != nearest) {
            let (with_top, with_nearest) = (likeness[top * count + other], likeness[nearest * count + other]);
            let joined = (sizes[top] * with_top + sizes[nearest] * with_nearest) / (sizes[top] + sizes[nearest]);
            likeness[nearest * count + other] = joined;
            likeness[other * count + nearest] = joined;
        }
        sizes[nearest] += sizes[top];
    }
    (0..count).map(|window| root(&parents, window)).collect()
}

fn root(parents: &[usize], mut window: usize) -> usize {
    while parents[window] != window {
        window = parents[window];
    }
    window
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voices(windows: &[Embedding]) -> Vec<Embedding> {
        super::voices(windows, &Thresholds::GE2E)
    }

    /// Windows around `direction` of 6, scattered by `scatter` in a way that is the same in every run.
    fn around(direction: [f32; 6], scatter: f32, count: usize) -> Vec<Embedding> {
        let noise = |seed: usize| ((seed * 7919 % 1009) as f32 / 504.5 - 1.0) * scatter;
        let window = |index: usize| {
            Embedding::new(
                direction.iter().enumerate().map(|(axis, value)| value + noise(index * 6 + axis + 1)).collect(),
            )
        };
        (0..count).map(window).collect()
    }

    const ANNA: [f32; 6] = [1.0, 0.2, 0.1, 0.0, 0.1, 0.0];
    const BEN: [f32; 6] = [0.1, 1.0, 0.0, 0.2, 0.0, 0.1];
    const CHILD: [f32; 6] = [0.0, 0.1, 0.2, 0.1, 1.0, 0.3];

    #[test]
    fn one_voice_is_one_person_however_it_scatters() {
        for scatter in [0.05, 0.1, 0.2] {
            assert_eq!(voices(&around(ANNA, scatter, 60)).len(), 1, "scatter {scatter}");
        }
        assert_eq!(voices(&around(ANNA, 0.1, 1)).len(), 1);
        assert!(voices(&[]).is_empty());
    }

    #[test]
    fn three_voices_are_three_people_even_if_one_says_little() {
        let windows = [around(ANNA, 0.2, 60), around(BEN, 0.2, 40), around(CHILD, 0.1, 6)].concat();
        let found = voices(&windows);
        assert_eq!(found.len(), 3);
        for person in [ANNA, BEN, CHILD] {
            let person = Embedding::new(person.to_vec());
            assert_eq!(found.iter().filter(|voice| voice.cosine(&person) > 0.95).count(), 1);
        }
    }

    #[test]
    fn windows_in_which_two_speak_are_no_third_person() {
        let both = std::array::from_fn(|axis| ANNA[axis] + BEN[axis]);
        let windows = [around(ANNA, 0.1, 40), around(BEN, 0.1, 40), around(both, 0.05, 10)].concat();
        assert_eq!(voices(&windows).len(), 2);
    }

    #[test]
    fn more_people_than_can_be_told_are_the_most_that_can() {
        let axis = |axis: usize| std::array::from_fn(|index| if index == axis { 1.0 } else { 0.05 });
        let windows: Vec<Embedding> = (0..6).flat_map(|person| around(axis(person), 0.1, 20)).collect();
        assert_eq!(voices(&windows).len(), MOST);
    }

    #[test]
    fn a_long_recording_is_told_from_a_part_of_its_windows() {
        let windows = [around(ANNA, 0.2, 3000), around(BEN, 0.2, 1500)].concat();
        assert_eq!(voices(&windows).len(), 2);
    }
}
