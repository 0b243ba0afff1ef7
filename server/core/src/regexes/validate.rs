//! Walks all expressions and says what is wrong with them, if anything is.

use aho_corasick::automaton::Automaton as _;

use super::Regexes;
use super::program::Instruction;

impl Regexes {
    /// Checks that every number points at something, that each program ends, and that each expression is reached by a
    /// literal. Takes time linear in what is kept.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn validate(&self) -> Result<(), String> {
        if !self.classes.are_valid() {
            return Err("regexes: the ranges of a class are out of order".to_owned());
        }
        self.validate_programs()?;
        self.validate_postings()
    }

    fn validate_programs(&self) -> Result<(), String> {
        let (mut source_end, mut program_end) = (0, 0);
        for (number, expression) in (0_u32..).zip(&self.expressions) {
            let wrong = |what: &str| Err(format!("regular expression {number}: {what}"));
            if expression.source_end < source_end
                || !self.sources.is_char_boundary(expression.source_end as usize)
            {
                return wrong("its source is out of place");
            }
            source_end = expression.source_end;
            let range = program_end as usize..expression.program_end as usize;
            let Some(program) = self.instructions.get(range) else {
                return wrong("its program is out of place");
            };
            program_end = expression.program_end;
            if program.last() != Some(&Instruction::Match) {
                return wrong("its program has no end");
            }
            let exists = |there: u32| (there as usize) < program.len();
            let fine = program.iter().all(|instruction| match *instruction {
                Instruction::Jump(there)
                | Instruction::Split(there)
                | Instruction::SplitBack(there) => exists(there),
                Instruction::Class(class) => (class as usize) < self.classes.len(),
                _ => true,
            });
            if !fine {
                return wrong("its program leads nowhere");
            }
        }
        if program_end as usize != self.instructions.len()
            || source_end as usize != self.sources.len()
        {
            return Err("regexes: some of it belongs to no expression".to_owned());
        }
        Ok(())
    }

    fn validate_postings(&self) -> Result<(), String> {
        let literals = self.literals.patterns_len();
        let ends = &self.postings_end;
        if ends.len() != literals
            || !ends.is_sorted()
            || ends.last().map_or(0, |&end| end as usize) != self.postings.len()
        {
            return Err("regexes: the postings of the literals are out of place".to_owned());
        }
        let mut reached = vec![false; self.len()];
        for literal in 0..literals {
            let postings = self.postings_of(literal);
            if postings.is_empty() || !postings.is_sorted_by(|a, b| a.expression < b.expression) {
                return Err(format!("literal {literal}: its postings are not in order"));
            }
            for posting in postings {
                let Some(reached) = reached.get_mut(posting.expression as usize) else {
                    return Err(format!("literal {literal}: an expression that does not exist"));
                };
                *reached = true;
            }
        }
        let never = |number: usize| {
            super::admit(self.source(u32::try_from(number).unwrap_or(u32::MAX)))
                .is_ok_and(|admitted| admitted.never_matches())
        };
        match reached.iter().enumerate().find(|&(number, &reached)| !reached && !never(number)) {
            Some((number, _)) => {
                Err(format!("regular expression {number}: no literal leads to it"))
            }
            None => Ok(()),
        }
    }
}
