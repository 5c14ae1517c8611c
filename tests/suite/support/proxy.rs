//! A proxy before the server that cuts connections at a chosen step of a commit.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

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

/// Passes on whatever comes, except at the cut, which happens once.
pub(crate) struct Proxy {
    port: u16,
    cut: Arc<AtomicU8>,
    is_closed: Arc<AtomicBool>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    /// Starts before the server of this URL; its thread ends with the process.
    pub(crate) fn start(url: &str) -> Self {
        Self::start_with(url, |_| ())
    }

    /// Starts before the server of this URL. At a cut it does this before it ends the connection.
    pub(crate) fn start_with(url: &str, at_cut: impl Fn(Cut) + Send + Sync + 'static) -> Self {
        let at_cut: AtCut = Arc::new(at_cut);
        let (_, place) = url.rsplit_once('@').expect("a user in the URL");
        let (host, _) = place.split_once('/').expect("a database in the URL");
        let host = host.to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let cut = Arc::new(AtomicU8::new(Cut::Never as u8));
        let next_cut = Arc::clone(&cut);
        let is_closed = Arc::new(AtomicBool::new(false));
        let open = Arc::new(Mutex::new(Vec::new()));
        let (refuses, opened) = (Arc::clone(&is_closed), Arc::clone(&open));
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(&host)) else {
                    continue;
                };
                if refuses.load(Ordering::SeqCst) {
                    continue;
                }
                let again = client.try_clone().expect("a handle");
                opened.lock().expect("no panic").push(again);
                let (cut, at_cut) = (Arc::clone(&next_cut), Arc::clone(&at_cut));
                thread::spawn(move || pass_on(client, server, &cut, &at_cut));
            }
        });
        Self {
            port,
            cut,
            is_closed,
            open,
        }
    }

    /// The URL through the proxy.
    pub(crate) fn url(&self, url: &str) -> String {
        let (user, place) = url.rsplit_once('@').expect("a user in the URL");
        let (_, database) = place.split_once('/').expect("a database in the URL");
        // Without encryption, so that the proxy can read it.
        format!("{user}@127.0.0.1:{}/{database}?sslmode=disable", self.port)
    }

    /// Ends all connections, and refuses further ones.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::SeqCst);
        for stream in self.open.lock().expect("no panic").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    /// Accepts connections again.
    pub(crate) fn reopen(&self) {
        self.is_closed.store(false, Ordering::SeqCst);
    }

    /// Cuts the next commit there.
    pub(crate) fn cut_next(&self, cut: Cut) {
        self.cut.store(cut as u8, Ordering::SeqCst);
    }
}

type AtCut = Arc<dyn Fn(Cut) + Send + Sync>;

fn pass_on(mut client: TcpStream, mut server: TcpStream, cut: &AtomicU8, at_cut: &AtCut) {
    let (Ok(mut answers), Ok(mut to_client)) = (server.try_clone(), client.try_clone()) else {
        return;
    };
    let is_muted = Arc::new(AtomicU8::new(0));
    let (muted, after_commit) = (Arc::clone(&is_muted), Arc::clone(at_cut));
    let back = thread::spawn(move || {
        let mut buffer = [0; 1 << 13];
        while let Ok(count @ 1..) = answers.read(&mut buffer) {
            // The answer to the commit is not passed on, and nothing after it.
            if muted.load(Ordering::SeqCst) != 0 {
                after_commit(Cut::AfterCommit);
                break;
            }
            if to_client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(Shutdown::Both);
    });
    let mut buffer = [0; 1 << 13];
    while let Ok(count @ 1..) = client.read(&mut buffer) {
        let sent = &buffer[..count];
        if sent.windows(COMMIT.len()).any(|window| window == COMMIT) {
            let at = cut.swap(Cut::Never as u8, Ordering::SeqCst);
            if at == Cut::BeforeCommit as u8 {
                at_cut(Cut::BeforeCommit);
                break;
            }
            if at == Cut::Silently as u8 {
                let _ = client.shutdown(Shutdown::Both);
                // Until the server ends the connection.
                let _ = back.join();
                return;
            }
            if at == Cut::WithinCommit as u8 {
                let _ = server.write_all(sent);
                at_cut(Cut::WithinCommit);
                break;
            }
            if at == Cut::AfterCommit as u8 {
                is_muted.store(1, Ordering::SeqCst);
            }
        }
        if server.write_all(sent).is_err() {
            break;
        }
    }
    let _ = client.shutdown(Shutdown::Both);
    let _ = server.shutdown(Shutdown::Both);
    let _ = back.join();
}
