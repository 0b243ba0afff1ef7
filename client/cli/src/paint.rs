//! Colours: whether, and which.

use std::fmt;

use anstyle::{AnsiColor, Style};

/// When output is coloured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ColorChoice {
    /// On a terminal, unless NO_COLOR is set or the terminal is dumb.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What a piece of text is, which decides its colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// A word of a text that a keyword matched.
    Matched,
    /// A heading.
    Heading,
    /// Something good.
    Good,
    /// Something bad.
    Bad,
    /// Something that is there for completeness.
    Faint,
}

/// Colours text, or leaves it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Paint {
    colored: bool,
}

impl Paint {
    /// Decides for a stream.
    ///
    /// `no_color` and `term` are the variables of that name; an empty NO_COLOR is none, as its convention says.
    pub(crate) fn new(
        choice: ColorChoice,
        is_terminal: bool,
        no_color: Option<&str>,
        term: Option<&str>,
    ) -> Paint {
        let colored = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto => {
                is_terminal && no_color.is_none_or(str::is_empty) && term != Some("dumb")
            }
        };
        Paint { colored }
    }

    /// Whether text is coloured at all.
    pub(crate) fn is_colored(self) -> bool {
        self.colored
    }

    /// The text in the colour of its role.
    pub(crate) fn paint<T: fmt::Display>(self, role: Role, text: T) -> String {
        if !self.colored {
            return text.to_string();
        }
        let style = match role {
            Role::Matched => AnsiColor::Green.on_default().bold(),
            Role::Heading => Style::new().bold(),
            Role::Good => AnsiColor::Green.on_default(),
            Role::Bad => AnsiColor::Red.on_default().bold(),
            Role::Faint => Style::new().dimmed(),
        };
        format!("{style}{text}{style:#}")
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, Paint, Role};

    #[test]
    fn when_output_is_coloured() {
        let check = |choice, is_terminal, no_color, term, colored| {
            let paint = Paint::new(choice, is_terminal, no_color, term);
            assert_eq!(
                paint.is_colored(),
                colored,
                "{choice:?} {is_terminal} {no_color:?} {term:?}"
            );
        };
        check(ColorChoice::Auto, true, None, Some("xterm"), true);
        check(ColorChoice::Auto, true, Some(""), None, true);
        check(ColorChoice::Auto, true, Some("1"), None, false);
        check(ColorChoice::Auto, true, None, Some("dumb"), false);
        check(ColorChoice::Auto, false, None, None, false);
        check(ColorChoice::Always, false, Some("1"), Some("dumb"), true);
        check(ColorChoice::Never, true, None, None, false);
    }

    #[test]
    fn a_painted_text_ends_its_colour() {
        let colored = Paint::new(ColorChoice::Always, false, None, None);
        assert_eq!(colored.paint(Role::Good, "ok"), "\x1b[32mok\x1b[0m");
        let plain = Paint::new(ColorChoice::Never, true, None, None);
        assert_eq!(plain.paint(Role::Good, "ok"), "ok");
    }
}
