//! The console on many layers.

use std::time::{Duration, Instant};

use super::cost::{median, median_of_children, of_main_thread, of_process, peak_memory};
use super::sites::Site;
use super::terminal::{Launch, Terminal};
use super::{ordinary, report};

/// A program that has used no processor for so long has settled.
const QUIET: Duration = Duration::from_millis(400);
const KEYS: usize = 40;
const SAVES: usize = 5;

pub(crate) fn measure(layers: usize) {
    let (many, few) = (ordinary(layers), ordinary(2));
    for site in [&many, &few] {
        site.apply();
        site.edit(0, true);
    }
    let plan = ["plan", "--configs", "configs", "--db", "avos.db"];
    let planned = median_of_children(5, || many.run(&plan));
    let Costs {
        key,
        start,
        save,
        memory,
    } = Costs::of(&many);
    let of_few = Costs::of(&few);
    report(
        &format!("a key in the console, main thread, {layers} layers"),
        key,
        "2 layers",
        of_few.key,
        "5, and 2 ms",
    );
    report(
        &format!("start to the layers on the screen, {layers} layers"),
        start,
        "`avos plan`",
        planned,
        "2",
    );
    report(
        &format!("a save to the new plan on the screen, {layers} layers"),
        save,
        "`avos plan`",
        planned,
        "0.33",
    );
    println!("\nThe console's peak of memory with {layers} layers: {memory:.0} MB (goal: 80 MB).");
}

/// What the console uses for each, in seconds and MB.
struct Costs {
    key: f64,
    start: f64,
    save: f64,
    memory: f64,
}

impl Costs {
    fn of(site: &Site) -> Self {
        let mut console = console(site);
        let process = console.process();
        console.wait_for_text("layer_00001");
        let start = of_process(process);
        settle(&mut console, process);
        let mut keys: Vec<f64> = (0..KEYS)
            .map(|number| {
                let before = of_main_thread(process);
                // Down and up again, so that there always is a row to go to.
                console.keys(if number % 2 == 0 { "j" } else { "k" });
                console
                    .receive(Instant::now() + Duration::from_secs(10))
                    .expect("a frame");
                settle_briefly(&mut console);
                of_main_thread(process) - before
            })
            .collect();
        let mut saves: Vec<f64> = (0..SAVES)
            .map(|number| {
                let before = of_process(process);
                site.edit(0, number % 2 == 1);
                let is_pending = number % 2 == 1;
                console.wait_for("the new plan", |screen| {
                    screen.contents().contains("paused") == is_pending
                });
                of_process(process) - before
            })
            .collect();
        settle(&mut console, process);
        let memory = peak_memory(process);
        console.keys("q");
        console.exit_code();
        Self {
            key: median(&mut keys),
            start,
            save: median(&mut saves),
            memory,
        }
    }
}

fn console(site: &Site) -> Terminal {
    Terminal::start(&Launch {
        program: env!("CARGO_BIN_EXE_avos-tui"),
        args: vec!["--configs", "configs", "--db", "avos.db"],
        directory: &site.directory(),
        home: site.home(),
        variables: Vec::new(),
        size: (120, 40),
    })
}

/// Waits until the console neither writes nor works any more.
fn settle(console: &mut Terminal, process: u32) {
    loop {
        let before = of_process(process);
        while console.receive(Instant::now() + QUIET).is_ok() {}
        if of_process(process) - before < 1e-3 {
            return;
        }
    }
}

/// Waits until a frame is written whole.
fn settle_briefly(console: &mut Terminal) {
    while console
        .receive(Instant::now() + Duration::from_millis(50))
        .is_ok()
    {}
}
