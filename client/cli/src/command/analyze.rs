//! `broadside analyze`: how the server splits a text.

use std::io::{self, Write};

use broadside_client::Token;
use serde::Serialize;

use crate::failure::{Exit, Failure};
use crate::paint::Paint;
use crate::settings::Settings;
use crate::table::{Align, Table};

/// Show how a text is split into tokens, exactly as matching does it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  broadside analyze \"T-rex #cat c++\"
  broadside analyze --json \"Fifth Ave.\"

With --json: one object, {\"tokens\": [{\"sigil\", \"word\", \"start\", \"end\"}]}. start and end are bytes of the text.")]
pub(crate) struct Arguments {
    /// The text
    text: String,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct JsonTokens<'a> {
    tokens: Vec<JsonToken<'a>>,
}

#[derive(Serialize)]
struct JsonToken<'a> {
    sigil: &'a str,
    word: &'a str,
    start: u32,
    end: u32,
}

/// Asks the server and prints the tokens. Exit 1 if there is none.
pub(crate) async fn run(
    arguments: &Arguments,
    settings: &Settings,
    paint: Paint,
) -> Result<Exit, Failure> {
    let client = settings.client()?.build()?;
    let tokens = client.analyze(&arguments.text).await?;
    let mut out = io::stdout().lock();
    if arguments.json {
        writeln!(out, "{}", json(&tokens))?;
    } else if tokens.is_empty() {
        writeln!(out, "no tokens: the text has no word, number or emoji in it")?;
    } else {
        write!(out, "{}", human(&tokens, &arguments.text, paint))?;
    }
    Ok(if tokens.is_empty() { Exit::No } else { Exit::Done })
}

fn json(tokens: &[Token]) -> String {
    let tokens = JsonTokens { tokens: tokens.iter().map(json_token).collect() };
    serde_json::to_string(&tokens).expect("texts and numbers are JSON")
}

fn json_token(token: &Token) -> JsonToken<'_> {
    let Token { sigil, word, span } = token;
    JsonToken { sigil, word, start: span.start, end: span.end }
}

fn human(tokens: &[Token], text: &str, paint: Paint) -> String {
    let mut table = Table::new(&[
        ("#", Align::Right),
        ("token", Align::Left),
        ("bytes", Align::Left),
        ("as written", Align::Left),
    ]);
    for (position, token) in tokens.iter().enumerate() {
        let (start, end) = (token.span.start, token.span.end);
        let written = text.get(start as usize..end as usize).unwrap_or_default();
        table.row([
            position.to_string(),
            format!("{}{}", token.sigil, token.word),
            format!("{start}..{end}"),
            written.to_owned(),
        ]);
    }
    table.render(paint)
}

#[cfg(test)]
mod tests {
    use broadside_client::{Span, Token};

    use super::{human, json};
    use crate::paint::{ColorChoice, Paint};

    fn tokens() -> Vec<Token> {
        let token = |sigil: &str, word: &str, start, end| Token {
            sigil: sigil.to_owned(),
            word: word.to_owned(),
            span: Span { start, end },
        };
        vec![token("", "café", 0, 5), token("#", "cat", 6, 10)]
    }

    #[test]
    fn for_people() {
        let plain = Paint::new(ColorChoice::Never, false, None, None);
        let expected = "\x20 #  token  bytes  as written
  0  café   0..5   CAFÉ
  1  #cat   6..10  #Cat
";
        assert_eq!(human(&tokens(), "CAFÉ #Cat", plain), expected);
    }

    #[test]
    fn for_programs() {
        assert_eq!(
            json(&tokens()),
            r##"{"tokens":[{"sigil":"","word":"café","start":0,"end":5},{"sigil":"#","word":"cat","start":6,"end":10}]}"##
        );
    }
}
