use super::*;

const PHONE: &str =
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/130.0 Mobile";

const fn signs(agent: &str) -> Signs<'_> {
    Signs {
        method: "GET",
        agent,
        headers: [""; HEADERS.len()],
    }
}

fn verdict(agent: &str) -> Verdict {
    at_sight(signs(agent)).verdict
}

#[test]
fn each_rule_decides_its_own_example() {
    let known = rules::known();
    assert!(known.rules.len() > 20, "the file was read");
    assert!(known.version > 0);
    for rule in &known.rules {
        let header = |name: &str| rule.example_headers.get(name).map_or("", String::as_str);
        let decided = at_sight(Signs {
            method: rule.example_method.as_deref().unwrap_or("GET"),
            agent: &rule.example,
            headers: HEADERS.map(header),
        });
        assert_eq!(decided.rule, rule.name, "{}", rule.example);
        assert_eq!(decided.reading, rule.verdict, "{}", rule.name);
        let (kind, _) = rule.name.split_once('.').unwrap();
        assert_eq!(
            kind,
            rule.verdict.as_str(),
            "a rule is named after its verdict"
        );
    }
}

#[test]
fn no_two_rules_share_a_name_and_all_words_are_in_lower_case() {
    let mut names: Vec<_> = rules::known().rules.iter().map(|rule| &rule.name).collect();
    let all = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), all);
    for rule in &rules::known().rules {
        for word in rule.held_words() {
            assert_eq!(*word, word.to_ascii_lowercase(), "{}", rule.name);
            assert!(!word.is_empty(), "{}", rule.name);
        }
    }
}

#[test]
fn each_kind_of_machine_is_known_by_its_signs() {
    let mut headers = [""; HEADERS.len()];
    headers[0] = "prefetch;anonymous-client-ip";
    let prefetching = Signs {
        headers,
        ..signs(PHONE)
    };
    let bodiless = Signs {
        method: "HEAD",
        ..signs(PHONE)
    };
    let machines = [
        prefetching,
        bodiless,
        signs(""),
        signs("Mozilla/5.0"),
        signs("Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)"),
        signs("WhatsApp/2.23.20.0"),
        signs("TelegramBot (like TwitterBot)"),
        signs("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 BingPreview/1.0b"),
        signs("Mozilla/5.0 (X11; Linux x86_64) HeadlessChrome/130.0"),
        signs("Mozilla/5.0 (compatible; NobodyKnowsThis/1.0)"),
        signs("curl/8.5.0"),
        signs("Wget/1.21"),
        signs("python-requests/2.32.3"),
        signs("GuessWhat"),
    ];
    for machine in machines {
        assert_eq!(at_sight(machine).verdict, Verdict::Machine, "{machine:?}");
    }
}

#[test]
fn browsers_and_phones_whose_names_look_like_machines_are_people() {
    let people = [
        PHONE,
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/485.0]",
        "Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0",
        "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; Trident/6.0)",
        "Mozilla/5.0 (Linux; Android 9; CUBOT X19) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/99.0.4844.88 Mobile Safari/537.36",
        "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/2.2 Chrome/63.0.3239.84 TV Safari/537.36",
        "Mozilla/5.0 (Mobile; Nokia_8110_4G; rv:48.0) Gecko/48.0 Firefox/48.0 KAIOS/2.5",
        "Opera/9.80 (J2ME/MIDP; Opera Mini/9.80; U; it) Presto/2.12.423 Version/12.16",
        "w3m/0.5.3+git20230121",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Thunderbird/128.4",
    ];
    for person in people {
        assert_eq!(verdict(person), Verdict::Human, "{person}");
    }
    assert_eq!(verdict("PostaFacile 3"), Verdict::Undetermined);
}

#[test]
fn a_picture_proxy_opens_for_a_person_and_clicks_for_none() {
    let gmail =
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)";
    let sight = at_sight(signs(gmail));
    assert_eq!(sight.reading, Reading::PrivacyProxy);
    let judge = |kind| in_kind(sight, kind).verdict;
    assert_eq!(judge(EngagementKind::Opened), Verdict::Human);
    assert_eq!(judge(EngagementKind::Clicked), Verdict::Machine);
    let apple = at_sight(signs("Mozilla/5.0"));
    let opened = in_kind(apple, EngagementKind::Opened);
    assert_eq!(opened.verdict, Verdict::Machine, "it loads everything");
}

#[test]
fn office_shows_pictures_to_a_person_and_looks_at_links_for_none() {
    let office = "Mozilla/4.0 (compatible; MSIE 7.0; Windows NT 10.0; Win64; x64; Trident/8.0; \
                  ms-office; MSOffice 16)";
    for agent in [
        office,
        "Microsoft Office/16.0 (Windows NT 10.0; 16.0.10730; Pro)",
    ] {
        let sight = at_sight(signs(agent));
        let judge = |kind| in_kind(sight, kind).verdict;
        assert_eq!(sight.rule, "scanner.office", "{agent}");
        assert_eq!(judge(EngagementKind::Clicked), Verdict::Machine);
        assert_eq!(judge(EngagementKind::Opened), Verdict::Human);
    }
    let outlook = "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.10730; Pro)";
    assert_eq!(verdict(outlook), Verdict::Human);
}

#[test]
fn nobody_reads_within_two_seconds_of_acceptance_but_a_button_is_a_person() {
    use EngagementKind::{Clicked, Confirmed};
    let accepted = Timestamp::from_micros(1_000_000_000);
    let soon = accepted + TimeDelta::milliseconds(1_999);
    let later = accepted + TimeDelta::milliseconds(2_000);
    let sight = at_sight(signs(PHONE));
    let judge = |kind, at| in_time(sight, kind, at, Some(accepted)).verdict;
    assert_eq!(judge(Clicked, soon), Verdict::Machine);
    assert_eq!(judge(Clicked, later), Verdict::Human);
    assert_eq!(judge(Confirmed, soon), Verdict::Human);
    let unknown = in_time(sight, Clicked, later, None);
    assert_eq!(unknown.verdict, Verdict::Undetermined);
}

#[test]
fn whoever_asks_is_answered_line_by_line() {
    let ask = |line: &str| asked::answer(line).map(|answer| (answer.verdict, answer.machine));
    assert_eq!(ask("curl/8.5.0"), Ok((Reading::Crawler, true)));
    assert_eq!(ask(PHONE), Ok((Reading::Person, false)));
    let of = |rest: &str| ask(&format!("{{\"agent\":\"{PHONE}\"{rest}}}"));
    assert_eq!(of(""), Ok((Reading::Person, false)));
    assert_eq!(of(",\"method\":\"HEAD\""), Ok((Reading::Scanner, true)));
    assert_eq!(
        of(",\"after_s\":0.4,\"kind\":\"clicked\""),
        Ok((Reading::Scanner, true))
    );
    assert_eq!(of(",\"after_s\":40"), Ok((Reading::Person, false)));
    let ahead = ",\"headers\":{\"Sec-Purpose\":\"prefetch\"}";
    assert_eq!(of(ahead), Ok((Reading::Preview, true)));
    let pressed = ",\"method\":\"POST\",\"kind\":\"confirmed\",\"after_s\":1";
    assert_eq!(of(pressed), Ok((Reading::Confirmed, false)));
    for wrong in [
        "{",
        "{\"agent\":1}",
        "{}",
        "{\"agent\":\"x\",\"kind\":\"sneezed\"}",
        "{\"agent\":\"x\",\"after_seconds\":1}",
    ] {
        assert!(asked::answer(wrong).is_err(), "{wrong}");
    }
}

proptest::proptest! {
    #[test]
    fn the_same_agent_is_always_judged_the_same_and_none_is_too_long(agent in "\\PC{0,1500}") {
        let first = at_sight(signs(&agent));
        proptest::prop_assert_eq!(first, at_sight(signs(&agent)));
        let is_object = agent.trim().starts_with('{');
        proptest::prop_assert_eq!(asked::answer(&agent).is_ok() || is_object, true);
    }
}
