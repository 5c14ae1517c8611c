//! A network of our own before the server: it cuts connections at a chosen step of a commit or at any byte, resets
//! them, refuses further ones, and is slow.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// The simple query with which the client commits.
const COMMIT: &[u8] = b"Q\0\0\0\x0bCOMMIT\0";

/// Where the next commit is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Cut {
    /// Nowhere.
    Never,
    /// The server doesn't get it.
    BeforeCommit,
    /// The server gets it, and the connection is cut at once.
    WithinCommit,
    /// The server has answered, and the client doesn't get it.
    AfterCommit,
    /// The server doesn't get it, nor hears that the client is gone: a cut network.
    Silently,
}

impl Cut {
    /// Those that the server hears of.
    pub(crate) const HEARD: [Self; 4] = [
        Self::Never,
        Self::BeforeCommit,
        Self::WithinCommit,
        Self::AfterCommit,
    ];
}

/// Which way bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    ToServer,
    ToClient,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// In good order.
    Close,
    /// By a reset.
    Reset,
}

/// Where a connection breaks: after so many bytes on this way, of whatever connection.
#[derive(Clone, Copy, Debug)]
struct Break {
    way: Way,
    bytes: usize,
    end: End,
}

/// Passes on whatever comes, except at a cut or a break, each of which happens once.
pub(crate) struct Proxy {
    port: u16,
    network: Arc<Network>,
}

type AtCut = Box<dyn Fn(Cut) + Send + Sync>;

struct Network {
    cut: AtomicU8,
    at_cut: AtCut,
    next_break: Mutex<Option<Break>>,
    /// The bytes that passed so far, to the server and to the client.
    passed: [AtomicUsize; 2],
    /// How long each piece takes, in microseconds, and how long a piece is.
    delay: AtomicU64,
    piece: AtomicUsize,
    is_closed: AtomicBool,
    open: Mutex<Vec<TcpStream>>,
}

impl Proxy {
    /// Starts before the server of this URL; its thread ends with the process.
    pub(crate) fn start(url: &str) -> Self {
        Self::start_with(url, |_| ())
    }

    /// Starts before the server of this URL. At a cut it does this before it ends the connection.
    pub(crate) fn start_with(url: &str, at_cut: impl Fn(Cut) + Send + Sync + 'static) -> Self {
        let (_, place) = url.rsplit_once('@').expect("a user in the URL");
        let (host, _) = place.split_once('/').expect("a database in the URL");
        let host = host.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let network = Arc::new(Network {
            cut: AtomicU8::new(Cut::Never as u8),
            at_cut: Box::new(at_cut),
            next_break: Mutex::default(),
            passed: [const { AtomicUsize::new(0) }; 2],
            delay: AtomicU64::new(0),
            piece: AtomicUsize::new(usize::MAX),
            is_closed: AtomicBool::new(false),
            open: Mutex::default(),
        });
        let all = Arc::clone(&network);
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&host)) else {
                    continue;
                };
                // Pieces aren't joined again.
                let _ = (client.set_nodelay(true), server.set_nodelay(true));
                let again = client.try_clone().expect("a handle");
                {
                    // None slips through while it is being closed.
                    let mut open = all.open.lock().expect("no panic");
                    if all.is_closed.load(Ordering::SeqCst) {
                        continue;
                    }
                    open.push(again);
                }
                let network = Arc::clone(&all);
                thread::spawn(move || pass_on(client, server, &network));
            }
        });
        Self { port, network }
    }

    /// The URL through the proxy, without encryption, so that the proxy can read it.
    pub(crate) fn url(&self, url: &str) -> String {
        self.url_with(url, "disable")
    }

    /// The URL through the proxy, with this `sslmode`.
    pub(crate) fn url_with(&self, url: &str, ssl_mode: &str) -> String {
        let (user, place) = url.rsplit_once('@').expect("a user in the URL");
        let (_, database) = place.split_once('/').expect("a database in the URL");
        let port = self.port;
        format!("{user}@127.0.0.1:{port}/{database}?sslmode={ssl_mode}")
    }

    /// Ends all connections, and refuses further ones.
    pub(crate) fn close(&self) {
        self.network.is_closed.store(true, Ordering::SeqCst);
        for stream in self.network.open.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Accepts connections again.
    pub(crate) fn reopen(&self) {
        self.network.is_closed.store(false, Ordering::SeqCst);
    }

    /// Cuts the next commit there.
    pub(crate) fn cut_next(&self, cut: Cut) {
        self.network.cut.store(cut as u8, Ordering::SeqCst);
    }

    /// Ends the connection that brings so many bytes more on this way, be it in the middle of a message.
    pub(crate) fn break_after(&self, way: Way, bytes: usize, end: End) {
        let next = Break { way, bytes, end };
        *self.network.next_break.lock().expect("no panic") = Some(next);
    }

    /// Breaks nothing more; returns whether something was still to break.
    pub(crate) fn mend(&self) -> bool {
        let mut next_break = self.network.next_break.lock().expect("no panic");
        next_break.take().is_some()
    }

    /// Whether there is still something to break.
    pub(crate) fn is_to_break(&self) -> bool {
        self.network.next_break.lock().expect("no panic").is_some()
    }

    /// How many bytes passed on this way so far.
    pub(crate) fn passed(&self, way: Way) -> usize {
        self.network.passed[way as usize].load(Ordering::SeqCst)
    }

    /// Cuts what passes into pieces of so many bytes, and delays each by this.
    pub(crate) fn slow_down(&self, piece: usize, delay: Duration) {
        let micros = u64::try_from(delay.as_micros()).expect("a short delay");
        self.network.piece.store(piece, Ordering::SeqCst);
        self.network.delay.store(micros, Ordering::SeqCst);
    }
}

impl Network {
    /// Sends the bytes, as far as no break comes first. Returns whether the connection goes on.
    fn send(&self, way: Way, bytes: &[u8], from: &TcpStream, to: &mut TcpStream) -> bool {
        for piece in bytes.chunks(self.piece.load(Ordering::SeqCst)) {
            let delay = self.delay.load(Ordering::SeqCst);
            if delay > 0 {
                thread::sleep(Duration::from_micros(delay));
            }
            let breaks = self.break_within(way, piece.len());
            let piece = breaks.map_or(piece, |(bytes, _)| &piece[..bytes]);
            self.passed[way as usize].fetch_add(piece.len(), Ordering::SeqCst);
            let sent = to.write_all(piece);
            if let Some((_, End::Reset)) = breaks {
                for stream in [from, &*to] {
                    let _ = rustix::net::connect_unspec(stream);
                }
            }
            if breaks.is_some() || sent.is_err() {
                return false;
            }
        }
        true
    }

    /// After how many of the next bytes there is a break, and how the connection ends.
    fn break_within(&self, way: Way, bytes: usize) -> Option<(usize, End)> {
        let mut next_break = self.next_break.lock().expect("no panic");
        let next = next_break.as_mut().filter(|next| next.way == way)?;
        if next.bytes >= bytes {
            next.bytes -= bytes;
            return None;
        }
        next_break.take().map(|next| (next.bytes, next.end))
    }
}

fn pass_on(mut client: TcpStream, mut server: TcpStream, network: &Arc<Network>) {
    let (Ok(mut answers), Ok(mut to_client)) = (server.try_clone(), client.try_clone()) else {
        return;
    };
    let is_muted = Arc::new(AtomicBool::new(false));
    let (muted, back_network) = (Arc::clone(&is_muted), Arc::clone(network));
    let back = thread::spawn(move || {
        let mut buffer = [0; 1 << 13];
        while let Ok(count @ 1..) = answers.read(&mut buffer) {
            // The answer to the commit is not passed on, and nothing after it.
            if muted.load(Ordering::SeqCst) {
                (back_network.at_cut)(Cut::AfterCommit);
                break;
            }
            let bytes = &buffer[..count];
            if !back_network.send(Way::ToClient, bytes, &answers, &mut to_client) {
                // It may have been the break: then the server hears of it too.
                let _ = answers.shutdown(Shutdown::Both);
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 1 << 13];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let bytes = &buffer[..count];
        if bytes.windows(COMMIT.len()).any(|window| window == COMMIT) {
            let at = network.cut.swap(Cut::Never as u8, Ordering::SeqCst);
            if at == Cut::BeforeCommit as u8 {
                (network.at_cut)(Cut::BeforeCommit);
                break;
            }
            if at == Cut::Silently as u8 {
                let _ = client.shutdown(Shutdown::Both);
                // Until the server ends the connection.
                let _ = back.join();
                return;
            }
            if at == Cut::WithinCommit as u8 {
                let _ = server.write_all(bytes);
                (network.at_cut)(Cut::WithinCommit);
                break;
            }
            if at == Cut::AfterCommit as u8 {
                is_muted.store(true, Ordering::SeqCst);
            }
        }
        if !network.send(Way::ToServer, bytes, &client, &mut server) {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
}
