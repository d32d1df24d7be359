//! What the browser keeps of a reader: where they were and what they have read, and what happens to broken data.

use super::open;
use anyhow::{Context, Result, ensure};
use browser::Browser;
use serde_json::json;

const KEY: &str = "one-chunk-at-a-time.progress";

#[test]
fn a_chapter_is_read_when_its_end_was_seen_and_the_reader_is_brought_back() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "backpressure.html").await?;
        browser.wait("return typeof progress === 'object'").await?;
        let read = "return progress.load().read['backpressure.html'] === true";
        ensure!(
            browser.run(read).await? == false,
            "it is not read at its top"
        );
        browser
            .run("document.querySelector('.turn').scrollIntoView({ behavior: 'instant' })")
            .await?;
        browser.wait(read).await?;
        browser
            .wait("return document.querySelector('#contents a[href$=\"backpressure.html\"] .done') != null")
            .await?;
        browser
            .run("document.querySelectorAll('main h2[id]')[1].scrollIntoView({ behavior: 'instant' })")
            .await?;
        let heading = browser
            .run("return document.querySelectorAll('main h2[id]')[1].id")
            .await?;
        browser
            .wait(&format!("return progress.load().place.id === {heading}"))
            .await?;
        open(browser, "index.html").await?;
        browser
            .wait("return document.querySelector('#progress [data-count=chapters]').textContent === '1'")
            .await?;
        browser
            .run("document.querySelector('.go-on a').click()")
            .await?;
        browser
            .wait(&format!(
                "return location.pathname.endsWith('/backpressure.html') && location.hash === '#' + {heading}"
            ))
            .await?;
        Ok(())
    })
}

#[test]
fn it_is_cleared_after_a_question() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "index.html").await?;
        browser
            .run("progress.save(kept => { kept.read['lines.html'] = true; })")
            .await?;
        let press = "window.asked = 0; window.confirm = () => { asked += 1; return ANSWER; };
            document.querySelector('[data-do=clear]').click();
            return [asked, progress.load().read['lines.html'] === true];";
        let no = browser.run(&press.replace("ANSWER", "false")).await?;
        ensure!(no == json!([1, true]), "{no}");
        let yes = browser.run(&press.replace("ANSWER", "true")).await?;
        ensure!(yes == json!([1, false]), "{yes}");
        Ok(())
    })
}

#[test]
fn what_is_exported_can_be_imported() -> Result<()> {
    Browser::with(async |browser| {
        open(browser, "index.html").await?;
        browser
            .run("progress.save(kept => { kept.read['lines.html'] = true; kept.answered['lines/x'] = true; })")
            .await?;
        // What is in the file: the download itself is the browser's business.
        let exported = browser
            .run(
                "let text;
                const make = URL.createObjectURL;
                URL.createObjectURL = blob => { text = blob.text(); return make(blob); };
                document.querySelector('[data-do=export]').click();
                URL.createObjectURL = make;
                return text;",
            )
            .await?;
        let exported = exported.as_str().context("a text")?.to_owned();
        let import = async |text: &str| -> Result<()> {
            browser
                .run(&format!(
                    "const files = new DataTransfer();
                    files.items.add(new File([{}], 'progress.json'));
                    const input = document.querySelector('#progress [type=file]');
                    input.files = files.files;
                    input.dispatchEvent(new Event('change'));",
                    json!(text)
                ))
                .await?;
            browser
                .wait("return document.querySelector('#progress [role=status]').textContent !== ''")
                .await?;
            Ok(())
        };
        browser
            .run(&format!("localStorage.removeItem('{KEY}')"))
            .await?;
        open(browser, "index.html").await?;
        import("{\"version\": 1,").await?;
        let broken = browser
            .run("return document.querySelector('#progress [role=status]').textContent")
            .await?;
        ensure!(
            broken
                .as_str()
                .is_some_and(|text| text.contains("Nothing was changed")),
            "{broken}"
        );
        open(browser, "index.html").await?;
        import(&exported).await?;
        let kept = browser
            .run("const kept = progress.load(); return [kept.read['lines.html'], kept.answered['lines/x']]")
            .await?;
        ensure!(kept == json!([true, true]), "{kept} from {exported}");
        Ok(())
    })
}

#[test]
fn broken_or_forbidden_storage_breaks_nothing() -> Result<()> {
    Browser::with(async |browser| {
        for broken in [
            "{",
            "null",
            "[]",
            "{\"version\":9}",
            "{\"version\":1,\"read\":7,\"place\":{\"page\":\"http://x/\"}}",
        ] {
            open(browser, "index.html").await?;
            browser
                .run(&format!("localStorage.setItem('{KEY}', {})", json!(broken)))
                .await?;
            for page in ["index.html", "lines.html"] {
                open(browser, page).await?;
                browser.wait("return typeof progress === 'object'").await?;
            }
            let complaints = browser.complaints().await?;
            ensure!(complaints.is_empty(), "{broken}: {complaints:?}");
        }
        browser
            .devtools(
                "Page.addScriptToEvaluateOnNewDocument",
                json!({ "source": "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('forbidden', 'SecurityError'); } });" }),
            )
            .await?;
        open(browser, "lines.html").await?;
        browser.wait("return typeof progress === 'object'").await?;
        browser
            .run("progress.save(kept => { kept.read['lines.html'] = true; })")
            .await?;
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        Ok(())
    })
}
