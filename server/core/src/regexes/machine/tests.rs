//! What cannot be reached through a search.

use crate::regexes::RegexesBuilder;

use super::{Machine, Spent, Task, VISITS_PER_STEP, Window};

#[test]
fn stamps_may_run_out() {
    let mut builder = RegexesBuilder::default();
    builder.add(r"\bfoo(bar)*\b").expect("it has a literal");
    let regexes = builder.finish();
    for before in 0..10 {
        let mut machine = Machine::default();
        let find = |machine: &mut Machine| {
            let task = Task { program: regexes.program(0), text: "foobarbar!", leftmost: true };
            machine.run(&task, &[Window { from: 0, until: 3 }], &mut 1_000)
        };
        assert_eq!(find(&mut machine), Ok(Some((0, 9))));
        machine.ways.stamp = u32::MAX - before;
        assert_eq!(find(&mut machine), Ok(Some((0, 9))), "{before} stamps are left");
        assert!(machine.ways.stamp < 12, "they have run out");
    }
}

#[test]
fn a_run_stops_when_its_steps_are_spent() {
    let mut builder = RegexesBuilder::default();
    builder.add(r"\w*\w*foo\d").expect("it has a literal");
    let regexes = builder.finish();
    let text = "foo".repeat(1_000);
    let task = Task { program: regexes.program(0), text: &text, leftmost: false };
    let mut machine = Machine::default();
    let (all, mut steps_left) = (Window { from: 0, until: 3_000 }, 100);
    assert_eq!(machine.run(&task, &[all], &mut steps_left), Err(Spent));
    let most = 101 * VISITS_PER_STEP;
    assert!(machine.ways.visits < most, "{} visits, {most} at most", machine.ways.visits);
}
