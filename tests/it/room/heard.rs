//! Where something that was played is in a recording.

/// Samples a second.
pub const RATE: usize = 16_000;

/// Samples of a step of the loudness.
const STEP: usize = RATE / 100;

/// Where in `recording` the sound `clip` begins, in samples, and how alike they are there, from 0 to 1.
pub fn find(recording: &[i16], clip: &[i16]) -> (usize, f64) {
    let (there, wanted) = (loudness(recording), loudness(clip));
    let rough = best(there.len().saturating_sub(wanted.len()), |at| alike(&there[at..at + wanted.len()], &wanted)).0;
    let (samples, wanted) = (floats(recording), floats(clip));
    let first = (rough * STEP).saturating_sub(2 * STEP);
    let last = (first + 4 * STEP).min(samples.len().saturating_sub(wanted.len()));
    let (at, likeness) =
        best(last.saturating_sub(first), |at| alike(&samples[first + at..first + at + wanted.len()], &wanted));
    (first + at, likeness)
}

fn best(last: usize, likeness: impl Fn(usize) -> f64) -> (usize, f64) {
    (0..=last).map(|at| (at, likeness(at))).max_by(|one, other| one.1.total_cmp(&other.1)).expect("there is one")
}

/// The correlation of two sounds of one length.
fn alike(one: &[f64], other: &[f64]) -> f64 {
    let mean = |of: &[f64]| of.iter().sum::<f64>() / of.len() as f64;
    let (a, b) = (mean(one), mean(other));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in one.iter().zip(other) {
        ab += (x - a) * (y - b);
        aa += (x - a).powi(2);
        bb += (y - b).powi(2);
    }
    if aa * bb > 0.0 { ab / (aa * bb).sqrt() } else { 0.0 }
}

fn loudness(samples: &[i16]) -> Vec<f64> {
    samples.chunks_exact(STEP).map(|step| step.iter().map(|&sample| f64::from(sample).abs()).sum()).collect()
}

fn floats(samples: &[i16]) -> Vec<f64> {
    samples.iter().map(|&sample| f64::from(sample)).collect()
}

#[test]
fn a_clip_is_found_where_it_is_and_nothing_where_it_is_not() {
    let noise = |seed: u32, seconds: usize| {
        let (mut state, mut loud) = (seed, 0.0);
        Vec::from_iter((0..seconds * RATE).map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if at % 1_000 == 0 {
                loud = f64::from(state >> 8) / f64::from(u32::MAX >> 8);
            }
            (f64::from((state >> 16) as i16) * loud) as i16
        }))
    };
    let sound = noise(1, 8);
    assert_eq!(find(&sound, &sound[3 * RATE + 77..5 * RATE]).0, 3 * RATE + 77);
    assert!(find(&sound, &noise(2, 2)).1 < 0.5);
}
