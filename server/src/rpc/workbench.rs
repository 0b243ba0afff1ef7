//! What a thread needs for matching and keeps between calls, so that a call allocates as little as possible.

use std::cell::Cell;

use broadside_core::{Analyzer, Explainer, Highlighter, Hit, Index, Scratch, Span, TextLimits};

thread_local! {
    static KEPT: Cell<Option<Box<Workbench>>> = const { Cell::new(None) };
}

/// The buffers of one thread.
pub(crate) struct Workbench {
    limits: TextLimits,
    /// For matching.
    pub(crate) scratch: Scratch,
    /// For those who ask where a keyword matched.
    pub(crate) highlights: Highlights,
    analyzer: Option<Analyzer>,
    explainer: Option<Explainer>,
}

/// Finds spans. Made when it is first asked for, which on most servers is never.
pub(crate) struct Highlights {
    limits: TextLimits,
    highlighter: Option<Highlighter>,
}

impl Workbench {
    /// Lends this thread's workbench to the work. If the work panics the workbench goes with it, since it may be left in
    /// any state, and the next call makes another one.
    pub(crate) fn lend<T>(limits: TextLimits, work: impl FnOnce(&mut Workbench) -> T) -> T {
        let kept = KEPT.take().filter(|kept| kept.limits == limits);
        let mut workbench = kept.unwrap_or_else(|| Box::new(Workbench::new(limits)));
        let done = work(&mut workbench);
        KEPT.set(Some(workbench));
        done
    }

    fn new(limits: TextLimits) -> Workbench {
        Workbench {
            limits,
            scratch: Scratch::new(limits),
            highlights: Highlights { limits, highlighter: None },
            analyzer: None,
            explainer: None,
        }
    }

    /// For splitting texts.
    pub(crate) fn analyzer(&mut self) -> &mut Analyzer {
        self.analyzer.get_or_insert_with(|| Analyzer::new(self.limits))
    }

    /// For explaining answers.
    pub(crate) fn explainer(&mut self) -> &mut Explainer {
        self.explainer.get_or_insert_with(|| Explainer::new(self.limits))
    }
}

impl Highlights {
    /// Reads the text whose hits are asked for next.
    pub(crate) fn set_text(&mut self, index: &Index, text: &str) {
        self.highlighter().set_text(index, text);
    }

    /// Where in the text that was set the hit's keyword matched.
    pub(crate) fn of(&mut self, index: &Index, text: &str, hit: &Hit) -> &[Span] {
        self.highlighter().spans(index, text, hit)
    }

    fn highlighter(&mut self) -> &mut Highlighter {
        self.highlighter.get_or_insert_with(|| Highlighter::new(self.limits))
    }
}
