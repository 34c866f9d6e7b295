//! The model keeps what must hold on any database: the contract, and what the processors allow.

use super::model::{Latencies, Model, Plan};

fn times(statement: i64) -> Latencies {
    Latencies {
        claim: vec![statement, 2 * statement],
        open: vec![statement],
        close: vec![statement],
        rate: vec![statement / 2, statement],
    }
}

fn plan(nodes: usize, rate: Option<i64>) -> Plan {
    Plan {
        nodes,
        rate,
        cores: 2,
        provider: 20_000,
        seconds: 10,
        seed: 7,
    }
}

#[test]
fn one_seed_is_one_run() {
    let times = times(4_000);
    let run = |seed| {
        Model::run(
            &Plan {
                seed,
                ..plan(3, Some(500))
            },
            &times,
        )
    };
    assert_eq!(run(1), run(1));
    assert_ne!(run(1), run(2));
}

#[test]
fn however_many_nodes_no_second_holds_more_than_the_contract() {
    for nodes in [1, 3, 10, 100] {
        for statement in [1_000, 8_000, 60_000] {
            let outcome = Model::run(&plan(nodes, Some(1_000)), &times(statement));
            assert!(
                outcome.worst_second <= 1_000,
                "{nodes} nodes, {statement} µs: {}",
                outcome.worst_second
            );
        }
    }
}

#[test]
fn ten_nodes_on_a_quick_database_use_nearly_all_of_the_rate() {
    let outcome = Model::run(&plan(10, Some(1_000)), &times(2_000));
    assert!(outcome.share.unwrap() > 0.9, "{outcome:?}");
}

#[test]
fn more_nodes_send_more_until_the_database_has_no_processor_left() {
    let times = times(4_000);
    let [one, three, hundred] = [1, 3, 100].map(|n| Model::run(&plan(n, None), &times));
    assert!(three.per_second > 1.5 * one.per_second, "{one:?} {three:?}");
    assert!(hundred.database > 0.95, "{hundred:?}");
    // A message costs a share of a claim, an opening and a closing, and there are two processors.
    let least = 4_000.0 * (1.0 / 200.0 + 1.0 / 200.0 + 1.0 / 256.0);
    assert!(
        hundred.per_second < 2.0 * 1_000_000.0 / least,
        "{hundred:?}"
    );
}
