//! The three things that this program can be.

use std::io::{self, Write};

use crate::{grpc, tcp};

/// What a call costs without matching.
#[derive(clap::Parser)]
#[command(after_help = "Examples:
  broadside-echo grpc --matches 2 --id-bytes 8        # prints its address; ask it with `broadside bench`
  broadside-echo tcp --reply-bytes 1024               # prints its address
  broadside-echo tcp-client --address ADDRESS --server-pid PID --request-bytes 512 --window 64")]
pub(crate) enum Command {
    /// The server's transport around a fixed result
    Grpc(grpc::Arguments),
    /// Plain TCP: a reply of fixed size for each message
    Tcp(tcp::ServerArguments),
    /// Asks the plain TCP server and prints its CPU time a message
    TcpClient(tcp::ClientArguments),
}

impl Command {
    pub(crate) fn run(&self) -> io::Result<()> {
        match self {
            Command::Grpc(arguments) => grpc::run(arguments),
            Command::Tcp(arguments) => tcp::serve(arguments),
            Command::TcpClient(arguments) => tcp::ask(arguments),
        }
    }
}

/// One line. Whoever closed the pipe does not want it.
pub(crate) fn tell(to: &mut impl Write, line: &str) {
    let _ = writeln!(to, "{line}");
}
