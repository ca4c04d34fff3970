//! The most memory that this process held, as Linux counts it (`VmHWM`, proc(5)); elsewhere it is not known.

use std::fs;

/// Begins to count anew, where the system allows it; otherwise the count goes on from the start of the process.
pub fn forget_peak() {
    // Without it a later file shows an earlier one's peak, which is no reason to stop.
    let _ = fs::write("/proc/self/clear_refs", "5");
}

/// The peak of resident memory of the whole process, in MB of a million bytes.
pub fn peak_mb() -> Option<f64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: f64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some((kibibytes * 1024.0 / 1e6).round())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_was_held_shows() {
        forget_peak();
        let before = peak_mb().expect("Linux tells");
        let held = vec![1_u8; 200_000_000];
        assert!(held.iter().map(|&byte| u64::from(byte)).sum::<u64>() > 0);
        assert!(peak_mb().expect("Linux tells") > before + 150.0);
    }
}
