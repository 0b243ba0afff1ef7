//! A hint changes nothing, whatever it is for.

use super::prefetch;

#[test]
fn any_index_of_any_slice_is_a_hint() {
    let numbers: Vec<u64> = (0..1000).collect();
    for index in [0, 1, 999, 1000, 1 << 20, usize::MAX / 8, usize::MAX / 8 + 1, usize::MAX] {
        prefetch(&numbers, index);
        prefetch::<[u64; 3]>(&[], index);
        prefetch(&[(), ()], index);
    }
    assert!(numbers.iter().copied().eq(0..1000));
}
