//! Quizzes: wrong and right answers by keyboard, their reasons, and what stays hidden.

use super::{open, site};
use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use browser::Browser;
use serde_json::{Value, json};

const ENTER: &str = "\u{e007}";
const SPACE: &str = " ";

/// Every answer of every question, each as its kind is answered; the page's own texts say which are right.
#[test]
fn every_answer_of_every_question_is_judged() -> Result<()> {
    let pages = site()?.pages()?;
    Browser::with(async |browser| {
        let mut questions = 0;
        for page in pages.iter().filter(|page| *page != "print.html") {
            open(browser, page).await?;
            browser
                .wait("return !document.querySelector('.quiz') || document.querySelector('script[src*=\"quiz\"]:not([data-quiz])') != null")
                .await?;
            let forms = browser
                .run("return [...document.querySelectorAll('.quiz form')].map(form => form.dataset.answers)")
                .await?;
            for (index, answers) in forms.as_array().into_iter().flatten().enumerate() {
                let answers = answers.as_str().unwrap_or_default();
                let answers: Value = serde_json::from_slice(&STANDARD.decode(answers)?)?;
                let mut tries = Vec::new();
                if let Some(choices) = answers["choices"].as_array() {
                    for (at, why) in choices.iter().enumerate() {
                        tries.push((json!(at), why.as_str().unwrap_or_default().is_empty()));
                    }
                } else {
                    tries.push((answers["right"].clone(), true));
                    for wrong in answers["wrong"].as_array().into_iter().flatten() {
                        tries.push((wrong[0].clone(), false));
                    }
                    tries.push((json!("something else"), false));
                }
                let right = tries.iter().filter(|(_, right)| *right).count();
                ensure!(
                    right == 1,
                    "{page}, question {index}: {right} right answers"
                );
                for (answer, right) in tries {
                    let said = browser
                        .run(&format!(
                            "const form = document.querySelectorAll('.quiz form')[{index}];
                            const answer = {answer};
                            if (typeof answer === 'number') {{
                                form.elements.choice[answer].click();
                            }} else {{
                                form.querySelector('input').value = answer;
                            }}
                            form.requestSubmit();
                            const status = form.querySelector('[role=status]');
                            return [status.className, status.textContent.length > 20];"
                        ))
                        .await?;
                    let wanted = if right { "right" } else { "wrong" };
                    ensure!(
                        said == json!([wanted, true]),
                        "{page}, question {index}, {answer}: {said}"
                    );
                }
                questions += 1;
            }
        }
        let complaints = browser.complaints().await?;
        ensure!(complaints.is_empty(), "{complaints:?}");
        ensure!(
            questions >= 2 * 18,
            "{questions} questions in the whole book"
        );
        Ok(())
    })
}

#[test]
fn a_question_is_answered_by_keyboard() -> Result<()> {
    Browser::with(async |browser| {
        browser.width(360).await?;
        open(browser, "backpressure.html").await?;
        browser
            .wait("return document.querySelector('script[src*=\"quiz\"]:not([data-quiz])') != null && typeof remember === 'object'")
            .await?;
        let encoded = browser
            .run(
                "window.form = [...document.querySelectorAll('.quiz form')].find(form => form.elements.choice?.length);
                form.elements.choice[0].focus();
                return form.dataset.answers;",
            )
            .await?;
        let answers: Value =
            serde_json::from_slice(&STANDARD.decode(encoded.as_str().unwrap_or_default())?)?;
        let choices = answers["choices"].as_array().context("a choice")?;
        let right = choices
            .iter()
            .position(|why| why.as_str().unwrap_or_default().is_empty())
            .context("one is right")?;
        browser.press(SPACE).await?;
        for _ in 0..right {
            browser.press("\u{e015}").await?; // Down
        }
        browser.press(ENTER).await?;
        browser
            .wait("return form.querySelector('[role=status]').className === 'right'")
            .await?;
        browser
            .wait("return form.querySelector('legend .done') != null")
            .await?;
        browser.driver.refresh().await?;
        browser
            .wait("return document.querySelector('.quiz legend .done') != null")
            .await
            .context("the mark is there after a reload")?;
        Ok(())
    })
}

#[test]
fn answers_do_not_stand_in_a_chapter_in_clear_text() -> Result<()> {
    let site = site()?;
    let answers = std::fs::read_to_string(site.folder.join("answers.html"))?;
    let mut hidden = 0;
    for page in site.pages()? {
        let text = std::fs::read_to_string(site.folder.join(&page))?;
        for encoded in text.split("data-answers=\"").skip(1) {
            let encoded = encoded.split('"').next().unwrap_or_default();
            let data: Value = serde_json::from_slice(&STANDARD.decode(encoded)?)?;
            let context = data["context"]
                .as_str()
                .context("every answer has its context")?;
            if page == "print.html" {
                continue;
            }
            ensure!(!text.contains(context), "{page} has {context}");
            let plain = context.trim_start_matches("<p>");
            let start: String = plain.chars().take_while(|c| *c != '<').collect();
            ensure!(
                answers.contains(start.trim()),
                "answers.html has no {start}"
            );
            hidden += 1;
        }
    }
    ensure!(hidden >= 2 * 18, "{hidden} questions");
    Ok(())
}
