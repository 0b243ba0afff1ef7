//! The floor below HTTP/2: messages with their length before them, on one connection, on one thread each side.

use std::fs;
use std::io::{self, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Bytes that are gathered before they are given to the system, as the server's socket does.
const GATHERED_BYTES_MAX: usize = 64 * 1024;

#[derive(clap::Args)]
pub(crate) struct ServerArguments {
    /// Where to listen
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Bytes of each reply
    #[arg(long, default_value_t = 1_024)]
    reply_bytes: u32,
}

#[derive(clap::Args)]
pub(crate) struct ClientArguments {
    /// Where the server listens
    #[arg(long)]
    address: SocketAddr,
    /// The server's process
    #[arg(long)]
    server_pid: u32,
    /// Bytes of each message
    #[arg(long, default_value_t = 512)]
    request_bytes: u32,
    /// Messages in flight
    #[arg(long, default_value_t = 64)]
    window: u64,
    /// Seconds to measure
    #[arg(long, default_value_t = 5)]
    seconds: u64,
}

/// Answers one connection after the other, for ever.
pub(crate) fn serve(arguments: &ServerArguments) -> io::Result<()> {
    let listener = TcpListener::bind(arguments.listen)?;
    crate::tell(&mut io::stdout(), &listener.local_addr()?.to_string());
    let reply = framed(arguments.reply_bytes);
    loop {
        let (stream, _) = listener.accept()?;
        // A client that goes away ends its connection, and nothing else.
        if let Err(error) = answer(stream, &reply) {
            crate::tell(&mut io::stderr(), &format!("broadside-echo: {error}"));
        }
    }
}

/// Answers until the client closes. Replies leave when all that was read is answered, or 64 KiB of them are there.
fn answer(mut stream: TcpStream, reply: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut requests = BufReader::with_capacity(GATHERED_BYTES_MAX, stream.try_clone()?);
    let mut gathered = Vec::with_capacity(GATHERED_BYTES_MAX + reply.len());
    let mut message = Vec::new();
    while read_message(&mut requests, &mut message)? {
        gathered.extend_from_slice(reply);
        if requests.buffer().is_empty() || gathered.len() >= GATHERED_BYTES_MAX {
            stream.write_all(&gathered)?;
            gathered.clear();
        }
    }
    Ok(())
}

/// Keeps so many messages in flight and prints what each cost the server.
pub(crate) fn ask(arguments: &ClientArguments) -> io::Result<()> {
    let mut stream = TcpStream::connect(arguments.address)?;
    stream.set_nodelay(true)?;
    let mut replies = BufReader::with_capacity(GATHERED_BYTES_MAX, stream.try_clone()?);
    let request = framed(arguments.request_bytes);
    let mut reply = Vec::new();
    let cpu_before = cpu_ns(arguments.server_pid)?;
    let began = Instant::now();
    let (mut answered, mut in_flight) = (0_u64, 0);
    while began.elapsed() < Duration::from_secs(arguments.seconds) {
        let missing = usize::try_from(arguments.window - in_flight).unwrap_or(0);
        stream.write_all(&request.repeat(missing))?;
        in_flight = arguments.window;
        // What came together is answered together.
        loop {
            read_message(&mut replies, &mut reply)?;
            answered += 1;
            in_flight -= 1;
            if in_flight == 0 || replies.buffer().is_empty() {
                break;
            }
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    let cpu_ns = cpu_ns(arguments.server_pid)? - cpu_before;
    let (rate, cost) = (answered as f64 / seconds, cpu_ns as f64 / answered as f64 / 1_000.0);
    let line = format!("{answered} messages, {rate:.0} a second, {cost:.3} µs of server CPU each");
    crate::tell(&mut io::stdout(), &line);
    Ok(())
}

/// A message with its length before it.
fn framed(bytes: u32) -> Vec<u8> {
    let content = vec![b'x'; usize::try_from(bytes).expect("32 bits fit")];
    [&bytes.to_be_bytes()[..], &content].concat()
}

/// Reads one message. Says whether there was one.
fn read_message(from: &mut impl Read, message: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
        Err(error) => return Err(error),
    }
    message.clear();
    from.take(u64::from(u32::from_be_bytes(length))).read_to_end(message)?;
    Ok(true)
}

/// Nanoseconds of CPU that all threads of a process have used.
fn cpu_ns(pid: u32) -> io::Result<u64> {
    let mut sum = 0;
    for thread in fs::read_dir(format!("/proc/{pid}/task"))? {
        let schedule = fs::read_to_string(thread?.path().join("schedstat"))?;
        let first = schedule.split(' ').next().and_then(|number| number.parse::<u64>().ok());
        sum += first.ok_or_else(|| io::Error::other("a schedstat without a number"))?;
    }
    Ok(sum)
}
