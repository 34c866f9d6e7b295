//! A manager finds the template that is read least, looks at it, and takes the figures along.

use serde_json::json;

use super::{Hands, Most, Walker, served};
use crate::console_seed::Town;

/// Found, looked at, and both files taken along.
const FOUND: Most = Most {
    clicks: 5,
    keys: 75,
    fields: 0,
};

/// A town in which `case-progress` is read by about half, and another template by nine of ten.
async fn town() -> Town {
    let town = Town::lively().await;
    let sums = json!({ "day": town.now().utc_day(), "template": "notice", "channel": "sms",
        "planned": 1_000, "accepted": 1_000, "delivered": 1_000, "reporting": 1_000,
        "reached": 1_000, "clicks_measurable": 1_000, "read_measurable": 1_000, "read": 900 });
    town.eye.plant([json!({ "rollup": sums })]).await;
    town
}

async fn from_insight_to_the_files(hands: Hands) {
    let town = town().await;
    let site = served(&town.web).await;
    let me = Walker::log_in(&site, hands, "manager@example.org").await;
    me.begins();
    me.goes_to("insight").await;
    me.sees("main", "case-progress is read by").await;
    let finding = "case-progress is read less than the other templates.";
    me.sees(".findings li", finding).await;
    assert!(!me.has(".findings li", "notice is read less").await);
    me.leaves_by(".findings a[href^='/console/templates/case']")
        .await;
    me.sees("h1", "case-progress").await;
    let writes = me.has("button", "Publish").await;
    assert!(!writes, "a manager reads texts and writes none");

    me.goes_to("insight").await;
    for (kind, head) in [
        ("csv", "day,template,version,channel,planned,"),
        ("xlsx", "PK\u{3}\u{4}"),
    ] {
        let link = format!("a.button[href^='/console/insight.{kind}?']");
        me.is_there(&link).await;
        if hands == Hands::Keyboard {
            me.tabs_to(&link).await;
        }
        me.pressed();
        let element = me.element(&link).await;
        let address = element.attr("href").await.unwrap().unwrap();
        let (status, text) = me.fetches(&address).await;
        assert_eq!(status, 200, "{kind}: {text}");
        assert!(text.starts_with(head), "{kind}: {text}");
        if kind == "csv" {
            assert!(text.contains(",case-progress,2,sms,"), "{text}");
            assert!(text.contains(",notice,1,sms,1000,"), "{text}");
        }
    }
    me.took("the template that is read least, found and exported", FOUND);
    me.is_content().await;
    me.browser.close().await.unwrap();
}

walked_twice!(from_insight_to_the_files);
