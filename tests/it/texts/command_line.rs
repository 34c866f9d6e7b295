//! Texts from folders, through the program itself: an overflow of its stack would end it.

use std::path::Path;
use std::process::{Command, Output};

use super::attacks::{self, Field};

fn araldo(folder: &Path, arguments: &[&str]) -> Output {
    let config = folder.join("araldo.toml");
    let store = folder.join("araldo.db");
    let text = format!(
        "[store]\nurl = \"sqlite:{}\"\n[contact]\norganisation = \"Comune di Prova\"\n[templates]\nfolder = \"{}\"\n",
        store.display(),
        folder.join("templates").display()
    );
    std::fs::write(&config, text).unwrap();
    Command::new(env!("CARGO_BIN_EXE_araldo"))
        .arg("--config")
        .arg(&config)
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!(
        "{}{}",
        String::from_utf8_lossy(out),
        String::from_utf8_lossy(err)
    )
}

#[test]
fn folders_with_texts_that_would_harm_are_named_and_end_no_command() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates");
    for (at, attack) in attacks::all().iter().enumerate() {
        let mut source = attacks::source(attack);
        source.name = format!("attack-{at}");
        source.to_folder(&templates).unwrap();
    }
    let parent = templates.display().to_string();
    for arguments in [&["template", "test", &parent][..], &["check"]] {
        let output = araldo(folder.path(), arguments);
        let said = said(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        for (at, attack) in attacks::all().iter().enumerate() {
            let file = if attack.field == Field::Sms {
                "sms.txt"
            } else {
                "email.mjml"
            };
            let named = said.lines().any(|line| {
                line.starts_with(&format!("attack-{at}/it/{file}")) && line.contains(attack.says)
            });
            assert!(named, "{arguments:?} {}: {said}", attack.name);
        }
    }
    assert!(
        !folder.path().join("araldo.db").exists(),
        "nobody needed it"
    );
    let output = araldo(folder.path(), &["template", "push", &parent]);
    assert_eq!(output.status.code(), Some(1), "{}", said(&output));
}

#[test]
fn a_draft_is_previewed_and_signed_as_messages_are() {
    let folder = tempfile::tempdir().unwrap();
    let templates = folder.path().join("templates");
    let mut source = araldo::template::trial::text("{{ organisation.name }}: {{ case.ref }}");
    source.to_folder(&templates).unwrap();
    let parent = templates.display().to_string();
    let done = |arguments: &[&str]| {
        let output = araldo(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", said(&output));
        said(&output)
    };
    done(&["template", "push", &parent]);
    let preview = done(&["template", "preview", "trial"]);
    assert!(
        preview.contains("Comune di Prova: PR-1") && preview.contains("draft v1"),
        "{preview}"
    );

    done(&["template", "push", "--publish", &parent]);
    source.parts.get_mut("it").unwrap().sms = Some("Nuovo {{ case.ref }}".to_owned());
    source.to_folder(&templates).unwrap();
    done(&["template", "push", &parent]);
    assert!(done(&["template", "preview", "trial"]).contains("Comune di Prova: PR-1"));
    assert!(done(&["template", "preview", "trial", "--draft"]).contains("Nuovo PR-1"));
    let output = araldo(folder.path(), &["template", "preview", "nothing"]);
    assert!(
        said(&output).contains("has no version"),
        "{}",
        said(&output)
    );
}
