//! Which speaker of a recognition is which person: the best pairing of two small sets.

/// More people than this are in no visit; the search takes time for two to their power.
pub const MOST_SPEAKERS: usize = 16;

/// Pairs each row with at most one column, and each column with at most one row, so that the sum of `gain` is greatest.
/// Gives each row's column. `None` with more than [`MOST_SPEAKERS`] columns.
///
/// Dynamic programming over sets of taken columns gives the same as the Hungarian method, in fewer lines; for the handful
/// of people in a room it is as fast.
pub fn best_pairing(rows: usize, columns: usize, gain: impl Fn(usize, usize) -> i64) -> Option<Vec<Option<usize>>> {
    if columns > MOST_SPEAKERS {
        return None;
    }
    let sets = 1 << columns;
    // best[row][set]: the greatest gain of the first rows with columns out of `set`, and the last row's column.
    let mut best: Vec<Vec<(i64, Option<usize>)>> = vec![vec![(0, None); sets]];
    for row in 0..rows {
        let before = &best[row];
        let with = |set: usize| {
            let alone = (before[set].0, None);
            let free = (0..columns).filter(|column| set & (1 << column) != 0);
            let paired = free.map(|column| (before[set & !(1 << column)].0 + gain(row, column), Some(column)));
            // The earliest of equals, so that a pairing is the same in every run.
            paired.fold(alone, |best, next| if next.0 > best.0 { next } else { best })
        };
        let next = (0..sets).map(with).collect();
        best.push(next);
    }
    let mut set = sets - 1;
    let mut pairs = vec![None; rows];
    for row in (0..rows).rev() {
        pairs[row] = best[row + 1][set].1;
        set &= pairs[row].map_or(set, |column| !(1 << column));
    }
    Some(pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairing(gains: &[&[i64]]) -> Vec<Option<usize>> {
        let columns = gains.first().map_or(0, |row| row.len());
        best_pairing(gains.len(), columns, |row, column| gains[row][column]).expect("few columns")
    }

    #[test]
    fn the_whole_counts_not_the_first_choice() {
        // Greedily 9 + 1; together 8 + 7.
        assert_eq!(pairing(&[&[9, 8], &[7, 1]]), [Some(1), Some(0)]);
    }

    #[test]
    fn sides_of_different_size_leave_somebody_alone() {
        assert_eq!(pairing(&[&[1], &[5], &[2]]), [None, Some(0), None]);
        assert_eq!(pairing(&[&[1, 5, 2]]), [Some(1)]);
        assert_eq!(pairing(&[&[0, 0]]), [None]);
        assert_eq!(pairing(&[]), []);
        assert_eq!(best_pairing(1, 17, |_, _| 1), None);
    }

    #[test]
    fn it_finds_what_trying_every_order_finds() {
        let gain = |row: usize, column: usize| ((row * 37 + column * 61 + row * column * 17) % 23) as i64 + 1;
        let pairs = best_pairing(4, 4, gain).expect("few columns");
        let found: i64 = pairs.iter().enumerate().map(|(row, column)| gain(row, column.expect("paired"))).sum();
        let mut greatest = 0;
        for code in 0..256_usize {
            let order: Vec<usize> = (0..4).map(|row| code >> (2 * row) & 3).collect();
            if (0..4).all(|column| order.contains(&column)) {
                greatest = greatest.max(order.iter().enumerate().map(|(row, &column)| gain(row, column)).sum());
            }
        }
        assert_eq!(found, greatest);
    }
}
