//! Labs: what they answer, and what a reader moves in them by keyboard.

use super::{open, site};
use anyhow::{Context, Result, ensure};
use browser::Browser;
use lab::{LABS, Lab};
use serde_json::{Map, Value, json};

const TAB: &str = "\u{e004}";
const ENTER: &str = "\u{e007}";
const LEFT: &str = "\u{e012}";

/// Each lab with the page that shows it.
fn labs() -> Result<Vec<(&'static Lab, String)>> {
    let site = site()?;
    let mut found = Vec::new();
    for page in site.pages()? {
        // It has the sections, and no lab that the chapters do not have.
        if page == "print.html" {
            continue;
        }
        let text = std::fs::read_to_string(site.folder.join(&page))?;
        for lab in LABS {
            if text.contains(&format!("data-lab=\"{}\"", lab.name)) {
                found.push((*lab, page.clone()));
            }
        }
    }
    ensure!(!found.is_empty(), "no page has a lab");
    Ok(found)
}

async fn wake(browser: &Browser, lab: &Lab, page: &str) -> Result<()> {
    open(browser, page).await?;
    browser
        .run(&format!(
            "window.section = document.querySelector('[data-lab=\"{}\"]');
            section.scrollIntoView({{ behavior: 'instant' }});",
            lab.name
        ))
        .await?;
    let awake = browser
        .wait("return section.matches('.awake')")
        .await
        .with_context(|| format!("{page}: the lab {} does not wake", lab.name))?;
    ensure!(awake == true);
    Ok(())
}

fn values(preset: &lab::Preset) -> Map<String, Value> {
    let values = preset.values.iter();
    values
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect()
}

#[test]
fn every_lab_stands_in_one_page() -> Result<()> {
    let labs = labs()?;
    for lab in LABS {
        let pages: Vec<_> = labs.iter().filter(|(l, _)| l.name == lab.name).collect();
        ensure!(pages.len() == 1, "{} is in {} pages", lab.name, pages.len());
    }
    Ok(())
}

#[test]
fn the_page_answers_what_native_code_answers() -> Result<()> {
    Browser::with(async |browser| {
        let mut requests = 0;
        for (lab, page) in labs()? {
            wake(browser, lab, &page).await?;
            for preset in lab.presets {
                let end: Value = serde_json::from_str(&lab::answer(
                    &json!({ "lab": lab.name, "values": values(preset) }).to_string(),
                ))?;
                let end = end["end"].as_u64().context("a run has an end")?;
                for at in [0, end / 3, end / 2, end] {
                    let request =
                        json!({ "lab": lab.name, "values": values(preset), "at": at }).to_string();
                    let script = format!("return section.model({})", json!(request));
                    let in_page = browser.run(&script).await?;
                    let in_page = in_page.as_str().context("an answer is a text")?;
                    let in_page: Value = serde_json::from_str(in_page)?;
                    let native: Value = serde_json::from_str(&lab::answer(&request))?;
                    ensure!(
                        in_page == native,
                        "{request}\nin the page {in_page}\nnatively {native}"
                    );
                    requests += 1;
                }
            }
            let wrong = browser.run("return section.model('[]')").await?;
            ensure!(wrong == lab::answer("[]"), "{wrong}");
        }
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        ensure!(requests >= 4 * LABS.len(), "{requests} requests");
        Ok(())
    })
}

/// Pictures are changed and not made anew: after any way through them, each is the one that the model draws.
#[test]
fn a_changed_picture_is_the_picture_that_the_model_draws() -> Result<()> {
    const SCRIPT: &str = "
        const find = selector => section.querySelector(selector);
        const time = find('.lab-time input');
        const drawn = document.createElement('template');
        const wrong = [];
        let pictures = 0;
        for (const preset of section.querySelectorAll('.lab-presets button')) {
            preset.click();
            const values = Object.fromEntries(new FormData(find('form')));
            for (const part of [0.3, 0.31, 0.9, 0.1, 1, 0]) {
                time.value = Math.round(part * time.max);
                time.dispatchEvent(new Event('input'));
                const at = Number(time.value);
                drawn.innerHTML = JSON.parse(section.model(JSON.stringify({ lab: section.dataset.lab, values, at }))).svg;
                if (!drawn.content.firstElementChild.isEqualNode(find('.lab-picture').firstElementChild)) {
                    wrong.push(`${preset.textContent} at ${at}`);
                }
                pictures += 1;
            }
        }
        return [pictures, wrong];";
    Browser::with(async |browser| {
        for (lab, page) in labs()? {
            wake(browser, lab, &page).await?;
            let found = browser.run(SCRIPT).await?;
            let pictures = 6 * lab.presets.len();
            ensure!(found == json!([pictures, []]), "{}: {found}", lab.name);
        }
        Ok(())
    })
}

/// Focus on the first preset; then only keys.
#[test]
fn a_prediction_is_made_and_compared_by_keyboard() -> Result<()> {
    Browser::with(async |browser| {
        browser.width(360).await?;
        for (lab, page) in labs()? {
            wake(browser, lab, &page).await?;
            for (index, preset) in lab.presets.iter().enumerate() {
                let found = async |what: &str| -> Result<String> {
                    let text = browser.run(&format!("return {what}")).await?;
                    Ok(text.as_str().unwrap_or_default().to_owned())
                };
                let name = format!("{}: {}", lab.name, preset.label);
                browser
                    .run(&format!(
                        "section.querySelectorAll('.lab-presets button')[{index}].focus()"
                    ))
                    .await?;
                browser.press(ENTER).await?;
                let asked = found("section.querySelector('.lab-question').innerText").await?;
                ensure!(asked.contains(preset.question.ask), "{name}: {asked}");
                let verdict = found("section.querySelector('.lab-verdict').textContent").await?;
                ensure!(
                    verdict.is_empty(),
                    "{name} says before it is asked: {verdict}"
                );
                // The field for the prediction has the focus.
                browser.press(["7", ENTER].concat()).await?;
                browser
                    .wait("return section.querySelector('.lab-verdict').textContent !== ''")
                    .await
                    .with_context(|| name.clone())?;
                let answer: Value = serde_json::from_str(&lab::answer(
                    &json!({ "lab": lab.name, "values": values(preset) }).to_string(),
                ))?;
                let truth = answer["answers"][preset.question.measure]
                    .as_f64()
                    .with_context(|| format!("{name} measures no {}", preset.question.measure))?;
                let shown = browser
                    .run(&format!("return ({truth}).toLocaleString('en-US')"))
                    .await?;
                let shown = shown.as_str().unwrap_or_default();
                let unit = preset.question.unit;
                let wanted = format!("You said 7 {unit}; it was {shown}.");
                let verdict = found("section.querySelector('.lab-verdict').textContent").await?;
                ensure!(verdict == wanted, "{name}: {verdict:?}, not {wanted:?}");
            }
        }
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        Ok(())
    })
}

#[test]
fn keys_stay_in_the_lab_and_the_address_brings_it_back() -> Result<()> {
    Browser::with(async |browser| {
        for (lab, page) in labs()? {
            wake(browser, lab, &page).await?;
            let name = lab.name;
            let at = "Number(section.querySelector('.lab-time input').value)";
            let before = browser.run(&format!("return {at}")).await?;
            browser
                .run("section.querySelector('.lab-time input').focus()")
                .await?;
            browser.press([LEFT, "s", "/"].concat()).await?;
            browser
                .wait(&format!("return {at} < {before}"))
                .await
                .with_context(|| format!("{name}: an arrow does not move its slider"))?;
            let stayed = browser
                .run(&format!(
                    "return location.pathname.endsWith('/{page}')
                        && !document.getElementById('mdbook-search-wrapper').checkVisibility()"
                ))
                .await?;
            ensure!(
                stayed == true,
                "{name}: a key of the slider did more than move it"
            );

            // Another preset, as somebody else opens it from the address.
            browser
                .run("[...section.querySelectorAll('.lab-presets button')].at(-1).click()")
                .await?;
            let form = "return JSON.stringify([...new FormData(section.querySelector('form'))])";
            let shared = browser.run(form).await?;
            let hash = browser.run("return location.hash").await?;
            let hash = hash.as_str().unwrap_or_default().to_owned();
            ensure!(hash.starts_with(&format!("#lab={name}")), "{name}: {hash}");
            browser.driver.goto("about:blank").await?;
            wake(browser, lab, &format!("{page}{hash}")).await?;
            browser
                .wait(&format!(
                    "return (() => {{ {form} }})() === {}",
                    json!(shared)
                ))
                .await
                .with_context(|| format!("{name}: {hash} does not bring back {shared}"))?;
        }
        Ok(())
    })
}

#[test]
fn a_lab_sleeps_until_it_is_near() -> Result<()> {
    Browser::with(async |browser| {
        let (lab, page) = labs()?
            .into_iter()
            .find(|(lab, _)| lab.name == "bucket")
            .context("there is a bucket")?;
        let model = format!("/{}", app::labs::model_file(lab.name));
        browser.width(360).await?;
        open(browser, &page).await?;
        // The scripts have run: the tabs are there.
        browser
            .wait("return document.querySelector('[role=tab]') != null")
            .await?;
        browser
            .run("return new Promise(requestAnimationFrame)")
            .await?;
        let early = browser.requests().await?;
        ensure!(
            !early.iter().any(|address| address.ends_with(&model)),
            "{early:?}"
        );
        wake(browser, lab, &page).await?;
        let late = browser.requests().await?;
        ensure!(
            late.iter().any(|address| address.ends_with(&model)),
            "{late:?}"
        );
        Ok(())
    })
}

/// The first Tab in the lab leads to its first preset, and no Tab is caught.
/// The blocks of the page that move, or `nothing is left out`: a promise, which the driver waits for.
const MOVED: &str = "return (async () => {
    const blocks = [...document.querySelectorAll('main > *')];
    const places = () => blocks.map(block => block.getBoundingClientRect().top);
    const frame = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
    await frame();
    const before = places();
    document.documentElement.classList.add('playing');
    await frame();
    await frame();
    const after = places();
    const drawn = block => block.firstElementChild?.checkVisibility({ contentVisibilityAuto: true }) ?? true;
    const all = blocks.every(drawn);
    document.documentElement.classList.remove('playing');
    const moved = blocks.flatMap((block, i) => Math.abs(before[i] - after[i]) < 1 ? [] :
        [`${block.outerHTML.slice(0, 80)} from ${before[i]} to ${after[i]} px`]);
    return all ? 'nothing is left out' : moved;
})()";

/// Nothing moves when the rest of the page stops being drawn: tests ask for reduced motion, so none plays here.
#[test]
fn playing_a_lab_moves_nothing_else() -> Result<()> {
    Browser::with(async |browser| {
        for width in [360, 1280] {
            browser.width(width).await?;
            for (lab, page) in labs()? {
                wake(browser, lab, &page).await?;
                let moved = browser.run(MOVED).await?;
                ensure!(moved == json!([]), "{page}, {width} px: {moved:#}");
            }
        }
        Ok(())
    })
}

#[test]
fn tab_leads_through_the_lab_and_out_of_it() -> Result<()> {
    Browser::with(async |browser| {
        for (lab, page) in labs()? {
            wake(browser, lab, &page).await?;
            browser
                .run("section.querySelector('.lab-presets button').focus()")
                .await?;
            let mut presses = 0;
            while browser
                .run("return section.contains(document.activeElement)")
                .await?
                == true
            {
                ensure!(presses < 60, "{}: Tab does not leave it", lab.name);
                browser.press(TAB).await?;
                presses += 1;
            }
            let controls = browser
                .run("return section.querySelectorAll('.lab-controls [name]').length")
                .await?;
            ensure!(
                presses > controls.as_u64().unwrap_or_default(),
                "{}: {presses} presses for {controls} controls",
                lab.name
            );
        }
        Ok(())
    })
}
