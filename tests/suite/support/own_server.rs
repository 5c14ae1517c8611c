//! A PostgreSQL server of a test's own, which may be stopped.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Stdio};

use postgres::{Client, NoTls};
use tempfile::TempDir;

/// A server in a temporary directory, of the version whose programs are in `AVOS_TEST_POSTGRES_BIN`.
pub(crate) struct OwnServer {
    directory: TempDir,
    programs: String,
    port: u16,
}

impl OwnServer {
    pub(crate) fn start() -> Self {
        let programs = std::env::var("AVOS_TEST_POSTGRES_BIN");
        let server = Self {
            directory: tempfile::tempdir().expect("a directory"),
            programs: programs.unwrap_or_else(|_| "/usr/lib/postgresql/15/bin".to_owned()),
            port: free_port(),
        };
        let place = server.place();
        if is_root() {
            let owned = Command::new("chown").arg("postgres").arg(place).status();
            assert!(
                owned.is_ok_and(|status| status.success()),
                "a user `postgres`"
            );
        }
        server.run("initdb -A trust -U postgres -E UTF8 --locale=C.UTF-8");
        server.control("fast", "start");
        server
    }

    /// Logs every statement from now on.
    pub(crate) fn log_statements(&self) {
        let mut client = Client::connect(&self.url(), NoTls).expect("a connection");
        for statement in [
            "ALTER SYSTEM SET log_statement = 'all'",
            "ALTER SYSTEM SET log_line_prefix = 'at %n from %p '",
            "SELECT pg_reload_conf()",
        ] {
            client.batch_execute(statement).expect("set");
        }
    }

    /// The statements that were logged so far, the seconds when each came by the process that served it.
    pub(crate) fn statements(&self, like: &str) -> BTreeMap<u32, Vec<f64>> {
        let log = std::fs::read_to_string(self.place().join("log")).expect("a log");
        let mut statements: BTreeMap<_, Vec<f64>> = BTreeMap::new();
        for line in log.lines().filter(|line| line.contains(like)) {
            let mut words = line.split(' ');
            if let (Some("at"), Some(at), Some("from"), Some(process)) =
                (words.next(), words.next(), words.next(), words.next())
            {
                let process = process.parse().expect("a process");
                let at = at.parse().expect("seconds");
                statements.entry(process).or_default().push(at);
            }
        }
        statements
    }

    fn place(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops the server in this mode of `pg_ctl`, starts it again, and waits until that is done.
    pub(crate) fn restart(&self, mode: &str) {
        self.control(mode, "restart");
    }

    fn control(&self, mode: &str, what: &str) {
        let (place, port) = (self.place().display(), self.port);
        self.run(&format!(
            "pg_ctl -w -m {mode} -l {place}/log -o '-p {port} -c listen_addresses=127.0.0.1 \
             -c unix_socket_directories={place} -c fsync=off' {what}"
        ));
    }

    /// Runs a program of the server on its data. It refuses to run as root.
    fn run(&self, command: &str) {
        let data = self.place().join("data");
        let line = format!("{}/{command} -D {}", self.programs, data.display());
        let mut program = if is_root() {
            let mut su = Command::new("su");
            su.args(["postgres", "-s", "/bin/sh", "-c", &line]);
            su
        } else {
            let mut sh = Command::new("sh");
            sh.args(["-c", &line]);
            sh
        };
        let run = program.stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(run.is_ok_and(|status| status.success()), "{line}");
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // After a failure in `start` there is nothing to stop.
        if self.place().join("data/postmaster.pid").exists() {
            self.control("immediate", "stop");
        }
    }
}

fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("an address").port()
}
