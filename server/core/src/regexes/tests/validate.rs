//! What is wrong with expressions is found, whatever it is.

use crate::regexes::Regexes;
use crate::regexes::program::Instruction;

use super::regexes;

fn check(what: &str, breaks: fn(&mut Regexes)) {
    let mut broken = regexes(&[r"foo\w", "barn|quux", r"foo\s[éa]+", r"[^\s\S]"]);
    breaks(&mut broken);
    let said = broken.validate().expect_err(what);
    assert!(said.contains(what), "{what:?} was expected, {said:?} was said");
}

#[test]
fn all_that_must_hold_is_checked() {
    check("its source is out of place", |regexes| regexes.expressions[1].source_end = 0);
    check("its source is out of place", |regexes| {
        let inside = regexes.sources.find('é').expect("it has one") + 1;
        regexes.expressions[2].source_end = u32::try_from(inside).expect("it is short");
    });
    check("its program is out of place", |regexes| regexes.expressions[1].program_end = 0);
    check("its program is out of place", |regexes| regexes.expressions[3].program_end += 1);
    check("its program has no end", |regexes| regexes.expressions[0].program_end -= 1);
    check("its program leads nowhere", |regexes| regexes.instructions[0] = Instruction::Jump(5));
    check("its program leads nowhere", |regexes| regexes.instructions[0] = Instruction::Split(9));
    check("its program leads nowhere", |regexes| {
        regexes.instructions[0] = Instruction::SplitBack(9);
    });
    check("its program leads nowhere", |regexes| regexes.instructions[0] = Instruction::Class(99));
    check("belongs to no expression", |regexes| regexes.sources.push('x'));
    check("belongs to no expression", |regexes| regexes.instructions.push(Instruction::Match));
    check("postings of the literals", |regexes| regexes.postings_end.push(4));
    check("postings of the literals", |regexes| regexes.postings_end.swap(0, 1));
    check("postings of the literals", |regexes| {
        regexes.postings.push(regexes.postings[0]);
    });
    check("its postings are not in order", |regexes| regexes.postings_end[0] = 0);
    check("its postings are not in order", |regexes| {
        let foo = regexes.postings.iter().position(|posting| posting.expression == 2);
        let foo = foo.expect("it has a literal");
        regexes.postings.swap(foo, foo - 1);
    });
    check("an expression that does not exist", |regexes| regexes.postings[1].expression = 9);
    check("no literal leads to it", |regexes| regexes.postings[1].expression = 3);
    check("a class are out of order", |regexes| regexes.classes.push(&[('é', 'ß')]));
    check("a class are out of order", |regexes| {
        regexes.classes.push(&[('é', 'é'), ('ß', 'ß')]);
    });
}
