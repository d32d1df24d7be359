//! A sentence for what went wrong: what happened, with its figures, and the likely cause in the book's
//! words. It points at the mistake and leaves the mending to the reader.

use crate::case::commas;
use crate::record::{Cause, Criterion, Failure};
use meter::{KIB, MIB};

/// Bytes in the unit that suits them: `512 KiB`, `1.5 MiB`, `65,536 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    if bytes < KIB {
        format!("{bytes} bytes")
    } else if bytes < MIB {
        format!("{} KiB", (bytes + KIB / 2) / KIB)
    } else if bytes < 10 * MIB && !bytes.is_multiple_of(MIB) {
        format!("{:.1} MiB", bytes as f64 / MIB as f64)
    } else {
        format!("{} MiB", commas(bytes / MIB))
    }
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

pub(crate) fn sentence(failure: &Failure) -> String {
    match &failure.cause {
        Cause::Todo => "The stub still stands: `todo!()` is where your solution goes.".into(),
        Cause::Panicked { message } => format!("It panicked: {}", cut(message)),
        Cause::Wrong { what } => format!("{}.", capital(what)),
        Cause::ReturnedError { message } => {
            format!("It returned an error where nothing went wrong: {}", cut(message))
        }
        Cause::SwallowedError { what } if failure.criterion == Criterion::Errors => format!(
            "It returned `Ok` although {what}. The error was let go of on its way to the caller, who takes a part \
             for the whole."
        ),
        Cause::SwallowedError { what } => format!("It returned `Ok` although {what}."),
        Cause::OtherError { message } => format!(
            "It returned an error, but not the one that it met: `{message}`. The caller cannot tell what broke. Hand \
             on the error itself; `context` adds to it without losing it."
        ),
        Cause::OverBudget {
            asked,
            live,
            budget,
            position,
            total,
        } => {
            let at_a_line = failure.line.is_some();
            over_budget(*asked, *live, *budget, *position, *total, at_a_line)
        },
        Cause::Grew {
            small,
            small_peak,
            large,
            large_peak,
        } => format!(
            "The peak grew with the input: {} for {}, {} for {}. It is still within the budget, but something \
             small is kept for each chunk, item or call, and a longer input will break any budget.",
            size(*small_peak),
            size(*small),
            size(*large_peak),
            size(*large)
        ),
        Cause::RealMemory { grown, limit } => format!(
            "The process has {} of real memory (limit {}). What a call leaves behind for the next counts here, and so does \
             what the allocator does not see: a `static` array, a thread's stack, a memory map.",
            above(*grown, *limit),
            size(*limit)
        ),
        Cause::ReadAfterEnd { times } => format!(
            "It asked again and again, {times} times, after the source had said that it was at its end. A read that \
             gives 0 bytes into a buffer with room is the end, and so is the `None` of a stream."
        ),
        Cause::ReadAfterError { at } => format!(
            "A read failed (at byte {}), and the source was read again. What comes after an error cannot be trusted: hand \
             it to the caller where the read failed, and let nothing read again, no later turn of a loop and no other \
             task.{}",
            commas(at),
            if failure.line.is_some() { " The line below is where that was." } else { "" }
        ),
        Cause::ReadPast { position, limit } => format!(
            "It had read {} bytes, and {} are the most that may be read here. Stop as soon as the answer is known. Where a \
             buffer of yours decides how much one read may bring (with `read_buf`, all of a vector's spare room), keep \
             it small.",
            commas(position),
            commas(limit)
        ),
        Cause::TooFarAhead { ahead, window } => format!(
            "The source was {} ahead of the sink; the window is {}. Nothing made the reading wait soon \
             enough. Add up what can be between reading and writing: in queues (a bound on items is none on bytes), in \
             buffers, in the reader's hand and in the writer's, taken out and not yet written. That is more than the window, or bytes were lost on the way.",
            above(*ahead, *window),
            size(*window)
        ),
        Cause::ItemsPast { position, limit } => format!(
            "It had taken {} items when {} were enough: nobody was there to take what would come of the rest, or \
             the answer was known.",
            commas(position),
            commas(limit)
        ),
        Cause::ItemsAhead { ahead, window } => format!(
            "{} items had been taken and not yet dealt with; {} may be. Nothing makes the taking wait soon enough: a \
             place has to be free before the next item is asked for, and what is done but not yet delivered takes a \
             place too.",
            commas(ahead),
            commas(window)
        ),
        Cause::TooManyJobs { running, limit } => format!(
            "{running} jobs were under way at once; the limit is {limit}. A job needs a place before it starts and until \
             it is done: a place in a channel is free again as soon as its item is received."
        ),
        Cause::WriteAfterShutdown => {
            "It wrote to the sink after shutting it down: shutdown is the last thing a sink is asked to do.".into()
        }
        Cause::TooLong { took_ms, limit_ms } => format!(
            "It took {} of virtual time where {} is enough: one piece of work waits for another that it could \
             overlap with.",
            seconds(*took_ms),
            seconds(*limit_ms)
        ),
        Cause::Idled { took_ms, needed_ms } => format!(
            "It took {} of virtual time, and its input and output made it wait for {} of that: the rest is \
             timers, its own or in work that it started. Wait for what has to come, and no longer.",
            seconds(*took_ms),
            seconds(*needed_ms)
        ),
        Cause::ProcessLeft => "A process that it started was still running, outside its group, after the case had \
                               ended."
            .into(),
        Cause::Tampered => "It wrote to a file descriptor that it had not opened, so what it reports counts for nothing."
            .into(),
        Cause::StillHeld { what } => format!(
            "The {what} is still held when the call is over and what it returned is dropped: something that was started \
             (a task, a thread), or a leak, keeps it alive."
        ),
        Cause::ReadsOn { bytes } => format!(
            "{} more {} moved when the call was over and what it returned was dropped: a task or a thread was left \
             behind that goes on reading or writing. Dropping a `JoinHandle` detaches its task; it does not stop it.",
            commas(bytes),
            if *bytes == 1 { "byte or item" } else { "bytes or items" }
        ),
        Cause::TasksLeft { count } => format!(
            "{count} task{} still alive when the call is over and what it returned is dropped. Dropping a `JoinHandle` \
             detaches its task; it does not stop it.",
            if *count == 1 { " is" } else { "s are" }
        ),
        Cause::SpawnedInDrop => "Dropping its future spawned a task. A program that ends drops its futures and runs no \
                                 task any more, so what the task is for never happens. What a canceled call must \
                                 do belongs in `Drop` itself, without waiting; leave out what it need not do."
            .into(),
        Cause::Deadlocked { broke: Some(end) } => format!(
            "Deadlock: {end} and returned its error, and now every task waits and nothing will wake any of them. \
             Whatever met the error has stopped, and what waits for it was neither told nor dropped."
        ),
        Cause::Deadlocked { broke: None } => "Deadlock: every task waits and nothing will wake any of them. Look for a wait on \
                              something that only the waiting code itself could provide, a channel whose sender \
                              is never dropped, or a `poll` that returned `Pending` without arranging to be woken."
            .into(),
        Cause::Blocked => "The thread is blocked: it sleeps or waits outside the runtime (`std::thread::sleep`, \
                           a `std` channel, `block_on`, a lock), so no task can run. In async code, wait with \
                           `.await`."
            .into(),
        Cause::Busy { cpu_ms } => format!(
            "It used {} of processor time without moving a byte or an item: a loop that never ends or never waits, one \
             around a sleep, which takes no real time here (so `std`'s clock hardly moves), or a `poll` that wakes \
             itself instead of waiting to be woken.",
            seconds(*cpu_ms)
        ),
        Cause::OutOfCpu { cpu_ms } => format!(
            "It used {} of processor time and was stopped; in pieces of a few KiB this input takes less than a \
             second. Either the same bytes are looked at again and again, or the source is asked for very few at a \
             time.",
            seconds(*cpu_ms)
        ),
        Cause::TimedOut { ms } => format!("It was stopped after {}.", seconds(*ms)),
        Cause::Printed { limit } => format!(
            "It printed more than {} and was stopped. Is there a print inside the loop?",
            size(*limit)
        ),
        Cause::WroteFiles { limit } => format!(
            "It wrote more than {} to files and pipes. Input that is parked on disk or in another process is \
             buffered all the same; where files are the task, the same bytes are written again and again.",
            size(*limit)
        ),
        Cause::Exited { how } => format!(
            "The process ended {how}, before there was a verdict. Return a value or an error instead, and let the \
             caller decide."
        ),
        Cause::StackOverflow => "The stack overflowed: a call for each piece of the input, or a very large array \
                                 on the stack."
            .into(),
        Cause::Grader { message } => format!(
            "The grader could not do its work, which says nothing about your solution: {message}"
        ),
    }
}

fn over_budget(
    asked: u64,
    live: u64,
    budget: u64,
    position: u64,
    total: u64,
    at_a_line: bool,
) -> String {
    let limit = size(budget);
    let reached = above(live, budget);
    let read = if total > 0 {
        format!("{} of {}", size(position), size(total))
    } else {
        size(position)
    };
    // Twice what was read is what a buffer asks for that doubles.
    let all_is_kept = live + asked >= position / 2;
    let one_piece = asked > live / 4;
    if position == 0 && one_piece {
        // Items of no size leave both at 0, however many were taken.
        let when = if total > 0 {
            " before anything was read"
        } else {
            ""
        };
        let beside = if asked <= budget {
            format!(", with {} live already", size(live.saturating_sub(asked)))
        } else {
            String::new()
        };
        let (asked, extra) = (size(asked), if at_a_line { "" } else { FUTURE });
        return format!(
            "Asked for {asked} in one piece{beside} (budget {limit}){when}. Whether that is room for the whole input or one large \
             buffer, either way it is reserved for what may never come.{extra}"
        );
    }
    if position == 0 {
        return format!(
            "Live heap would have reached {reached} (budget {limit}) before a byte of input was read, in pieces of which the \
             last has {}: fewer or smaller buffers will do, or something is kept for each item or job that is done.",
            size(asked)
        );
    }
    if one_piece && asked > 64 * KIB && asked / 8 > position {
        return format!(
            "Asked for {} in one piece (budget {limit}) when {read} had been read: either room is made for what may never \
             come, or a list that doubles keeps more for each entry than the bytes that it stands for.",
            size(asked)
        );
    }
    if total > 0 && position >= total && asked >= total / 2 {
        return format!(
            "Asked for {} in one piece (budget {limit}) after reading {read}, with {} live already: looks like the \
             whole input is copied once more.",
            size(asked),
            size(live.saturating_sub(asked))
        );
    }
    if live > 4 * position && !one_piece {
        return format!(
            "Live heap would have reached {} (budget {limit}) after reading {read}, in many pieces, and that is many times \
             what was read of this input: buffers outlive the read or the call that they were made for, or have far more \
             room than bytes.",
            reached
        );
    }
    if all_is_kept && !one_piece && live > position + position / 4 + asked {
        return format!(
            "Live heap would have reached {reached} (budget {limit}) after reading {read}, and what is kept takes more memory \
             than what was read: too much at once (what waits in a queue or a task counts), or each has room to spare \
             (`truncate` gives none back, and a vector that doubled has as much again) or something beside \
             it (a handle, a task that is done). Keep what the answer needs of each, and let go of the rest."
        );
    }
    if all_is_kept {
        let how = if one_piece {
            let others = live.saturating_sub(asked);
            let besides = if others > asked {
                format!(", besides {} in other pieces", size(others))
            } else {
                String::new()
            };
            format!("one growing buffer asked for {}{besides}", size(asked))
        } else {
            let by = if at_a_line {
                ", by this line or by another"
            } else {
                ""
            };
            format!(
                "many pieces are kept{by} (what waits in a queue counts; a view keeps all of its piece, and so do \
                 `truncate` and room to spare)"
            )
        };
        return format!(
            "Live heap would have reached {reached} (budget {limit}) after reading {read}, and {how}: looks like the whole \
             input is being read into memory, or too much of it at once. Keep what the answer needs, and one chunk."
        );
    }
    if one_piece {
        return format!(
            "Live heap would have reached {} (budget {limit}) after reading {read}, and {} of it in one piece that was asked \
             for last: something is kept for each chunk or item in a buffer that grows, or a buffer was made too \
             large.",
            reached,
            size(asked)
        );
    }
    format!(
        "Live heap would have reached {reached} (budget {limit}) after reading {read}: something is kept for each chunk or \
         item, little by little{}.",
        if at_a_line {
            ", by this line or by another (what waits in a queue counts, and a task that still waits keeps all that it owns)"
        } else {
            ""
        }
    )
}

/// What was reached, in words that show it to be above `limit`: rounded alike, the two would say that nothing was
/// broken.
fn above(reached: u64, limit: u64) -> String {
    match size(reached) {
        same if same == size(limit) => {
            format!("{same} and {} bytes", commas(reached.saturating_sub(limit)))
        }
        more => more,
    }
}

/// Where no line is known.
const FUTURE: &str = " No line of yours was running yet: an array that lives across an `.await` is part of the future.";

/// The beginning of what a solution says, without what could move a terminal's cursor.
fn cut(message: &str) -> String {
    const MOST: usize = 300;
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    let mut text: String = message.chars().take(MOST).map(plain).collect();
    if message.chars().nth(MOST).is_some() {
        text.push('…');
    }
    text
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_well() {
        assert_eq!(size(12), "12 bytes");
        assert_eq!(size(512 * KIB), "512 KiB");
        assert_eq!(size(MIB + MIB / 2), "1.5 MiB");
        assert_eq!(size(65_536 * MIB), "65,536 MiB");
    }

    #[test]
    fn a_message_is_cut_and_plain() {
        assert_eq!(cut("left:\n\x1b[31mred"), "left:  [31mred");
        assert_eq!(cut(&"é".repeat(400)).chars().count(), 301);
    }

    #[test]
    fn what_is_said_of_a_broken_budget_is_so() {
        let say = |asked, live, position, total| {
            over_budget(asked, live, 512 * KIB, position, total, true)
        };
        for (text, part) in [
            (
                say(64 * MIB, 64 * MIB, 0, 64 * MIB),
                "before anything was read",
            ),
            (
                say(16 * KIB, 520 * KIB, 0, 64 * MIB),
                "in pieces of which the last has 16 KiB",
            ),
            (
                say(22 * MIB, 22 * MIB, 24, 64 * MIB),
                "room is made for what may never come",
            ),
            (
                say(512 * KIB, 520 * KIB, 264 * KIB, 64 * MIB),
                "whole input is being read",
            ),
            (
                say(4 * KIB, 516 * KIB, 512 * KIB, 64 * MIB),
                "many pieces are kept",
            ),
            (
                say(16 * KIB, 513 * KIB, 64 * KIB, 64 * KIB),
                "outlive the read or the call",
            ),
            (say(4 * MIB, 8 * MIB, 4 * MIB, 4 * MIB), "copied once more"),
            (
                say(32 * MIB, 32 * MIB, 6, 6),
                "room is made for what may never come",
            ),
            (
                say(8 * KIB, 520 * KIB, 256 * KIB, 64 * MIB),
                "each has room to spare",
            ),
            (say(2 * KIB, 514 * KIB, 0, 0), "for each item or job"),
            (
                say(MIB, MIB, 0, 0),
                "in one piece (budget 512 KiB). Whether",
            ),
            (
                say(512 * KIB, 590 * KIB, 16 * MIB, 64 * MIB),
                "or a buffer was made too large",
            ),
            (say(64, 513 * KIB, 16 * MIB, 64 * MIB), "little by little"),
        ] {
            assert!(text.contains(part), "no {part:?} in {text:?}");
        }
    }
}
