//! Guards of Unix, and of Linux where it has more.

use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command};
use std::sync::OnceLock;
use std::time::Duration;

use super::{Inside, Limits, Outside, Report};

pub(crate) struct Unix;

impl Outside for Unix {
    fn names(&self) -> &'static [&'static str] {
        if cfg!(target_os = "linux") {
            &[
                "heap budget",
                "wires",
                "wall clock",
                "printed bytes",
                "processor time",
                "stuck threads",
                "real memory",
                "file size",
                "bytes written",
                "address space",
            ]
        } else {
            &[
                "heap budget",
                "wires",
                "wall clock",
                "printed bytes",
                "processor time",
                "file size",
            ]
        }
    }

    fn prepare(&self, command: &mut Command, limits: Limits) -> std::io::Result<Report> {
        let (ours, theirs) = std::io::pipe()?;
        let fd = theirs.as_raw_fd();
        // A group of its own: Ctrl-C goes to the parent alone, and a kill reaches what was started.
        command.process_group(0);
        let parent = std::process::id();
        // SAFETY: between fork and exec only async-signal-safe calls are made (fcntl, setrlimit,
        // prctl, getppid), and nothing is allocated.
        unsafe {
            command.pre_exec(move || {
                checked(libc::fcntl(fd, libc::F_SETFD, 0))?;
                limit(libc::RLIMIT_CORE, 0)?;
                limit(libc::RLIMIT_FSIZE, limits.file)?;
                limit(libc::RLIMIT_CPU, limits.cpu)?;
                #[cfg(target_os = "linux")]
                {
                    limit(libc::RLIMIT_AS, limits.address_space)?;
                    checked(libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL))?;
                    if libc::getppid() as u32 != parent {
                        // The grader is gone. (An error with a text would allocate.)
                        return Err(std::io::Error::from_raw_os_error(libc::ESRCH));
                    }
                }
                let _ = (parent, limits.address_space);
                Ok(())
            });
        }
        Ok(Report {
            address: fd.to_string(),
            theirs: Some(Box::new(theirs)),
            read_late: false,
            ours: Box::new(ours),
        })
    }

    fn resident(&self, process: u32) -> Option<u64> {
        let statm = std::fs::read_to_string(format!("/proc/{process}/statm")).ok()?;
        let pages: u64 = statm.split(' ').nth(1)?.parse().ok()?;
        Some(pages * page_size())
    }

    fn kill(&self, child: &mut Child) {
        // SAFETY: the group is the child's own (`process_group(0)`), and the child has not been waited
        // for, or was a moment ago; a group that is gone gives ESRCH.
        unsafe { libc::kill(-(child.id() as libc::pid_t), libc::SIGKILL) };
        let _ = child.kill();
    }
}

fn checked(result: libc::c_int) -> std::io::Result<()> {
    if result < 0 {
        return Err(std::io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
type Resource = libc::__rlimit_resource_t;
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
type Resource = libc::c_int;

fn limit(resource: Resource, most: u64) -> std::io::Result<()> {
    let most = libc::rlimit {
        rlim_cur: most as libc::rlim_t,
        rlim_max: most as libc::rlim_t,
    };
    // SAFETY: `most` is a valid rlimit for the length of the call.
    checked(unsafe { libc::setrlimit(resource, &most) })
}

pub(crate) fn refuse_longer_files(bytes: u64) {
    // SAFETY: nothing runs when an ignored signal comes.
    unsafe { libc::signal(libc::SIGXFSZ, libc::SIG_IGN) };
    limit(libc::RLIMIT_FSIZE, bytes).expect("a limit can be lowered");
}

fn page_size() -> u64 {
    // SAFETY: sysconf reads a constant.
    unsafe { libc::sysconf(libc::_SC_PAGESIZE) }.max(1) as u64
}

pub(crate) struct UnixInside {
    parent: u32,
    main: libc::pthread_t,
}

// A `pthread_t` is a pointer on some systems.
// SAFETY: it names a thread and is used for nothing but `pthread_kill`, which any thread may call.
unsafe impl Send for UnixInside {}
// SAFETY: as above; nothing is written through it.
unsafe impl Sync for UnixInside {}

impl UnixInside {
    /// To be called on the main thread.
    pub(crate) fn new() -> Self {
        UnixInside {
            parent: std::os::unix::process::parent_id(),
            // SAFETY: has no preconditions.
            main: unsafe { libc::pthread_self() },
        }
    }
}

/// What the main thread is to do. To read it waits for nothing, as a signal handler must not.
static INTERRUPT: OnceLock<fn()> = OnceLock::new();

extern "C" fn interrupted(_: libc::c_int) {
    if let Some(there) = INTERRUPT.get() {
        there();
    }
    end_now(1);
}

impl Inside for UnixInside {
    fn open_report(&self, address: &str) -> std::io::Result<Box<dyn Write + Send>> {
        let fd = address.parse().map_err(std::io::Error::other)?;
        // SAFETY: fcntl on a number that is no open file gives EBADF.
        checked(unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) })?;
        // SAFETY: the parent opened this end for this process, which opens it once.
        Ok(Box::new(unsafe { File::from_raw_fd(fd) }))
    }

    /// From the threads' states, so that a thread which waits for a processor on a busy machine does not count as
    /// asleep.
    fn all_asleep(&self) -> bool {
        if !self.tells_asleep() {
            return true;
        }
        let Ok(threads) = std::fs::read_dir("/proc/self/task") else {
            return false;
        };
        let watcher = current_thread();
        for thread in threads.flatten() {
            let name = thread.file_name();
            if name.to_str() == Some(watcher.as_str()) {
                continue;
            }
            let Ok(stat) = std::fs::read_to_string(thread.path().join("stat")) else {
                continue;
            };
            // The state follows the name, which stands in parentheses and may hold any character.
            let state = stat
                .rsplit_once(") ")
                .and_then(|(_, rest)| rest.chars().next());
            if state != Some('S') {
                return false;
            }
        }
        true
    }

    fn tells_asleep(&self) -> bool {
        cfg!(target_os = "linux")
    }

    fn written(&self) -> Option<u64> {
        // Into the stack, since what the watching allocates would be counted.
        let mut text = [0; 512];
        let n = File::open("/proc/self/io").ok()?.read(&mut text).ok()?;
        let wchar = std::str::from_utf8(&text[..n])
            .ok()?
            .lines()
            .find_map(|l| l.strip_prefix("wchar: "))?;
        wchar.trim().parse().ok()
    }

    fn start_resident(&self) -> Option<u64> {
        // Writing 5 sets the peak (`VmHWM`) to what is resident now: proc(5).
        File::options()
            .write(true)
            .open("/proc/self/clear_refs")
            .and_then(|mut f| f.write_all(b"5"))
            .ok()?;
        self.resident_peak()
    }

    fn resident_peak(&self) -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:"))?;
        let kib: u64 = peak.trim().trim_end_matches(" kB").parse().ok()?;
        Some(kib * 1024)
    }

    fn orphaned(&self) -> bool {
        std::os::unix::process::parent_id() != self.parent
    }

    fn interrupt_main(&self, there: fn()) {
        let _ = INTERRUPT.set(there);
        // SAFETY: the handler is an `extern "C" fn(c_int)`; it may deadlock in what it interrupts,
        // which is why the caller goes on and ends the process after a moment, come what may.
        unsafe {
            libc::signal(
                libc::SIGUSR1,
                interrupted as extern "C" fn(libc::c_int) as libc::sighandler_t,
            );
            libc::pthread_kill(self.main, libc::SIGUSR1);
        }
        std::thread::sleep(Duration::from_millis(400));
    }
}

#[cfg(target_os = "linux")]
fn current_thread() -> String {
    // SAFETY: has no preconditions.
    unsafe { libc::gettid() }.to_string()
}

#[cfg(not(target_os = "linux"))]
fn current_thread() -> String {
    String::new()
}

pub(super) fn end_now(code: i32) -> ! {
    // SAFETY: has no preconditions and does not return.
    unsafe { libc::_exit(code) }
}
