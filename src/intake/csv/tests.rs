use super::*;

const COMMAS: CsvForm = CsvForm {
    delimiter: Delimiter::Comma,
    line_end: LineEnd::Lf,
};

fn read(text: &str) -> Vec<Described> {
    let form = inspect(text.as_bytes()).unwrap();
    let mut clients = ClientReader::open(text.as_bytes(), form).unwrap();
    let mut all = Vec::new();
    while let Some(described) = clients.next(&PhonePolicy::default()).unwrap() {
        all.push(described);
    }
    all
}

fn fault(described: &Described) -> (u64, &str) {
    let (line, fault) = described.outcome.as_ref().unwrap_err();
    (*line, &fault.pointer)
}

#[test]
fn rows_of_one_client_become_its_places() {
    let text = "\u{feff}client,name,sms,email,place,kind,municipality,lat,lon,tags,topic.surveys,quiet_from,quiet_to\n\
        C-1,Maria Rossi,333 1234567,maria@example.it,IT001E1,pod,037006,44.49,11.34,feeder:BO-12|zone:3,no,21:00,08:00\n\
        C-1,,,,IT001E2,pod,037006,,,,,,\n\
        C-2,\"Bianchi, Anna\",,,,,,,,,,,\n";
    let all = read(text);
    let maria = all[0].outcome.as_ref().unwrap();
    assert_eq!(maria.places.len(), 2);
    assert_eq!(maria.places[0].tags, ["feeder:BO-12", "zone:3"]);
    assert_eq!(maria.contacts.len(), 2);
    assert!(!maria.topics["surveys"]);
    assert_eq!(maria.quiet_hours.unwrap().to_minute, 480);
    assert_eq!(all[1].outcome.as_ref().unwrap().name, "Bianchi, Anna");
    assert_eq!(all[1].line, 4);
}

#[test]
fn semicolons_and_decimal_commas_are_read() {
    let all = read("client;name;place;lat;lon\nC-1;Anna;p;44,4949;11,3426\n");
    let anna = all[0].outcome.as_ref().unwrap();
    assert_eq!(anna.places[0].position, Some((44.4949, 11.3426)));
}

#[test]
fn each_bad_row_is_named_with_line_and_column_and_the_good_ones_stay() {
    let text = "client,name,sms,place,municipality\n\
        C-1,Anna,118,,\n\
        C-2,Bea,,p,037006\n\
        C-2,Bea,,q,Bologna\n\
        C-3,,,,\n\
        C-4,Dora,,\n\
        C-5,Eva,,,\n\
        C-2,Bea,,r,\n\
        ,Fausta,,,\n";
    let all = read(text);
    assert_eq!(fault(&all[0]), (2, "sms"));
    assert_eq!(fault(&all[1]), (4, "municipality"));
    assert_eq!(fault(&all[2]), (5, "name"));
    assert_eq!(fault(&all[3]), (6, ""));
    assert!(all[4].outcome.is_ok());
    assert_eq!(fault(&all[5]), (8, "client"));
    assert_eq!(fault(&all[6]), (9, "client"));
}

#[test]
fn lines_are_counted_alike_whatever_ends_them() {
    let text = "client,name,sms\n\nC-1,\"Anna\nBianchi\",\"118\"\nC-2,Bea,\nC-3,Carla,\"118\"\n";
    for end in ["\n", "\r\n"] {
        let all = read(&text.replace('\n', end));
        assert_eq!(fault(&all[0]), (3, "sms"), "{end:?}");
        assert_eq!(all[1].line, 5, "{end:?}");
        assert_eq!(all[1].outcome.as_ref().unwrap().name, "Bea");
        assert_eq!(fault(&all[2]), (6, "sms"), "{end:?}");
    }
    let old = read("client,name\rC-1,Anna\rC-2,Bea\r");
    assert_eq!(old[1].outcome.as_ref().unwrap().name, "Bea");
}

#[test]
fn a_quotation_mark_left_open_gives_nobody_the_number_of_another() {
    let rows = "K-3;b;3471110203\nK-4;\"Tre\";3471110204\nK-5;b;3471110205\n";
    let all = read(&format!("client;name;sms\nK-1;\"Bar;3471110201\n{rows}"));
    assert_eq!(fault(&all[0]), (2, "name"));
    assert_eq!(all.len(), 2, "the rest are told apart again");
    assert!(all[1].outcome.is_ok());
    let all = read("client;name;sms\nK-1;a;3471110201\nK-2;\"Bar;3471110202\nK-3;b;3471110203\n");
    assert_eq!(fault(&all[1]), (3, "name"));
}

#[test]
fn rows_without_anything_are_nobody() {
    for text in [
        "client;name;sms\r\nC-1;Anna;\r\n;;\r\n ; ;\r\n;;\r\n",
        "client,name,sms\nC-1,Anna,\n,,\n\n  \n",
    ] {
        let all = read(text);
        assert_eq!(all.len(), 1, "{text:?}");
        assert_eq!(all[0].outcome.as_ref().unwrap().name, "Anna");
        assert_eq!(all[0].rows.len(), 1);
    }
}

#[test]
fn formulas_are_kept_as_they_stand() {
    let all = read("client,name\nC-1,=HYPERLINK(\"\"x\"\")\n");
    assert!(
        all[0]
            .outcome
            .as_ref()
            .unwrap()
            .name
            .starts_with("=HYPERLINK")
    );
}

#[test]
fn latin_1_and_utf_16_are_refused_with_advice() {
    let error = inspect(&b"client,name\nC-1,Nicol\xf2\n"[..]).unwrap_err();
    assert!(matches!(error, CsvError::Encoding { line: 2, .. }));
    assert!(
        error.to_string().contains("save the file as `CSV UTF-8`"),
        "{error}"
    );
    assert!(
        inspect(&b"\xff\xfec\0l\0"[..])
            .unwrap_err()
            .to_string()
            .contains("UTF-16")
    );
    let long = format!("client,name\n{}\n", "à".repeat(100_000));
    assert_eq!(inspect(long.as_bytes()).unwrap(), COMMAS);
}

#[test]
fn a_header_with_unknown_or_missing_columns_is_refused() {
    let open = |text: &'static str| ClientReader::open(text.as_bytes(), COMMAS).err();
    let error = open("client,name,phone\n").unwrap().to_string();
    assert!(
        error.contains("column 3 is called `phone`; known are: client"),
        "{error}"
    );
    assert!(
        open("name\n")
            .unwrap()
            .to_string()
            .contains("no column `client`")
    );
    assert!(
        open("client,client,name\n")
            .unwrap()
            .to_string()
            .contains("twice")
    );
    assert!(open("client,name,rejected_line,rejected_reason\n").is_none());
}
