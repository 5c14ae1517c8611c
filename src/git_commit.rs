//! The commit of a directory of layer files, for the journal. Git itself is asked, if there is one.

use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::store::GitCommit;

/// How long Git may take: an apply doesn't wait for a slow disk only to say where its files are from.
const PATIENCE: Duration = Duration::from_secs(2);

/// Variables that point Git at another repository than the directory's, as within a hook.
const OTHER_REPOSITORY: [&str; 5] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
];

/// Returns the commit that the directory is at; `None` if it is in no work tree, if there is no commit
/// yet, or if Git can't say so in time.
pub(crate) fn git_commit(directory: &Path) -> Option<GitCommit> {
    parse_status(&ask_git(directory)?)
}

fn ask_git(directory: &Path) -> Option<String> {
    let mut git = Command::new("git");
    // Neither write its index nor run the programs that a repository may name.
    git.args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-C"])
        .arg(directory)
        .args(["status", "--porcelain=v2", "--branch"])
        .args(["--untracked-files=normal", "--", "."]);
    for name in OTHER_REPOSITORY {
        git.env_remove(name);
    }
    let git = git.stdin(Stdio::null()).stderr(Stdio::null());
    let mut child = git.stdout(Stdio::piped()).spawn().ok()?;
    let mut stdout = child.stdout.take()?;
    let (sender, answer) = mpsc::channel();
    thread::spawn(move || {
        let mut text = Vec::new();
        let read = stdout.read_to_end(&mut text);
        // Nobody listens any longer if it took too long.
        let _ = sender.send(read.ok().map(|_| text));
    });
    let text = answer.recv_timeout(PATIENCE).ok().flatten();
    if text.is_none() {
        // It may have ended by itself.
        let _ = child.kill();
    }
    let status = child.wait().ok()?;
    String::from_utf8(text?).ok().filter(|_| status.success())
}

/// Parses `git status --porcelain=v2 --branch`: headers that begin with `#`, then a line per change.
fn parse_status(status: &str) -> Option<GitCommit> {
    let commit = status
        .lines()
        .find_map(|line| line.strip_prefix("# branch.oid "))?;
    let is_hash = !commit.is_empty() && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| GitCommit {
        commit: commit.to_owned(),
        is_dirty: status.lines().any(|line| !line.starts_with('#')),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn git(directory: &Path, arguments: &[&str]) {
        let done = Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example"])
            .args(["-c", "commit.gpgsign=false"])
            .args(arguments)
            .current_dir(directory)
            .output()
            .expect("git");
        assert!(done.status.success(), "{done:?}");
    }

    #[test]
    fn a_directory_is_at_a_commit_and_clean_until_a_file_of_it_changes() {
        let place = tempfile::tempdir().expect("a directory");
        let configs = place.path().join("layers");
        fs::create_dir(&configs).expect("a directory");
        assert_eq!(git_commit(&configs), None, "no work tree");
        git(place.path(), &["init", "--quiet"]);
        assert_eq!(git_commit(&configs), None, "no commit yet");
        fs::write(configs.join("a.yml"), "layer_id: a").expect("a file");
        git(place.path(), &["add", "."]);
        git(place.path(), &["commit", "--quiet", "-m", "One layer"]);

        let clean = git_commit(&configs).expect("a commit");
        assert!(!clean.is_dirty);
        assert!([40, 64].contains(&clean.commit.len()), "{}", clean.commit);
        fs::write(place.path().join("elsewhere"), "").expect("a file");
        assert_eq!(git_commit(&configs).as_ref(), Some(&clean));

        let dirty = GitCommit {
            is_dirty: true,
            ..clean
        };
        fs::write(configs.join("b.yml"), "").expect("a file");
        assert_eq!(git_commit(&configs).as_ref(), Some(&dirty), "a new file");
        fs::remove_file(configs.join("b.yml")).expect("removed");
        fs::write(configs.join("a.yml"), "layer_id: b").expect("a file");
        assert_eq!(git_commit(&configs).as_ref(), Some(&dirty), "another text");
        assert_eq!(git_commit(&place.path().join("no such directory")), None);
    }

    #[test]
    fn only_a_hash_is_a_commit() {
        assert_eq!(parse_status(""), None);
        assert_eq!(
            parse_status("# branch.oid (initial)\n# branch.head main\n"),
            None
        );
        assert_eq!(parse_status("# branch.oid \n"), None);
        assert_eq!(parse_status("1 .M N... 100644 a\n"), None);
    }
}
