//! The fields of the forms about incidents, with what was typed and what is wrong with it. One list,
//! one template: each field has its label, its hint and its fault tied to it for who cannot see them.

use crate::domain::event::IncidentKind;
use crate::web::console::shell::ConsoleWords;

use super::typed::{FormFault, OTHER_SERVICE, SERVICES, TypedIncident};

/// How a field is filled in.
pub(super) enum FieldKind {
    Line,
    /// A number with a point or a comma.
    Number,
    /// A time by the reader's clock.
    Moment,
    /// Several lines, shown so many.
    Lines(u8),
    Choice(Vec<FieldChoice>),
    Check,
    File,
}

/// One of the values that a field can have.
pub(super) struct FieldChoice {
    pub(super) value: &'static str,
    pub(super) word: String,
    pub(super) chosen: bool,
}

/// A field of a form.
pub(super) struct FormField {
    pub(super) name: &'static str,
    pub(super) label: String,
    pub(super) hint: String,
    /// The ids of hint and fault, where there are any: read out with the field.
    pub(super) described: String,
    pub(super) value: String,
    pub(super) fault: Option<String>,
    pub(super) kind: FieldKind,
}

/// Fields that belong together.
pub(super) struct FieldGroup {
    pub(super) legend: String,
    pub(super) fields: Vec<FormField>,
}

/// What fields are drawn with.
#[derive(Clone, Copy)]
pub(super) struct FormDrawing<'a> {
    pub(super) typed: &'a TypedIncident,
    pub(super) faults: &'a [FormFault],
    pub(super) words: ConsoleWords,
}

/// Severities of CAP 1.2 (§3.2.2), the gravest last.
const SEVERITIES: [&str; 4] = ["minor", "moderate", "severe", "extreme"];

impl FormDrawing<'_> {
    /// The form that declares an incident.
    pub(super) fn of_an_incident(self) -> Vec<FieldGroup> {
        vec![
            self.group("incidents-group-what", self.what()),
            self.group("incidents-group-where", self.place()),
            self.group("incidents-group-shape", self.shape()),
            self.group("incidents-group-when", self.when()),
            self.group("incidents-group-say", self.say()),
        ]
    }

    fn group(self, legend: &str, fields: Vec<FormField>) -> FieldGroup {
        FieldGroup {
            legend: self.words.say(legend).into_owned(),
            fields,
        }
    }

    fn what(self) -> Vec<FormField> {
        vec![
            self.kind(),
            self.service(),
            self.field(
                "service_other",
                "incidents-field-service-other",
                "incidents-hint-service-other",
            ),
            self.severity(),
            self.field(
                "reference",
                "incidents-field-reference",
                "incidents-hint-reference",
            ),
        ]
    }

    fn place(self) -> Vec<FormField> {
        let hint = "incidents-hint-list";
        vec![
            self.field(
                "municipalities",
                "incidents-field-municipalities",
                "incidents-hint-municipalities",
            ),
            self.field("postal_codes", "incidents-field-postal-codes", hint),
            self.field("tags", "incidents-field-tags", "incidents-hint-tags"),
            FormField {
                kind: FieldKind::Lines(5),
                ..self.field("places", "incidents-field-places", "incidents-hint-places")
            },
            FormField {
                kind: FieldKind::File,
                ..self.field("file", "incidents-field-file", "incidents-hint-file")
            },
        ]
    }

    fn shape(self) -> Vec<FormField> {
        let number = |field: FormField| FormField {
            kind: FieldKind::Number,
            ..field
        };
        vec![
            number(self.field("lat", "incidents-field-lat", "incidents-hint-lat")),
            number(self.field("lon", "incidents-field-lon", "incidents-hint-lon")),
            number(self.field("km", "incidents-field-km", "")),
            FormField {
                kind: FieldKind::Lines(4),
                ..self.field(
                    "geojson",
                    "incidents-field-geojson",
                    "incidents-hint-geojson",
                )
            },
        ]
    }

    fn when(self) -> Vec<FormField> {
        vec![
            self.moment(
                "began_at",
                "incidents-field-began-at",
                "incidents-hint-began-at",
            ),
            self.end(),
            self.next_word(),
        ]
    }

    fn say(self) -> Vec<FormField> {
        vec![self.cause(), self.note(), self.quiet()]
    }

    fn kind(self) -> FormField {
        let kinds = IncidentKind::ALL.iter().map(|kind| {
            let word = self.words.of("incident-kind", kind.as_str());
            self.choice("kind", kind.as_str(), word.into_owned())
        });
        FormField {
            kind: FieldKind::Choice(kinds.collect()),
            ..self.field("kind", "incidents-field-kind", "")
        }
    }

    fn service(self) -> FormField {
        let unsaid = self.words.say("incidents-severity-unsaid").into_owned();
        let other = self.words.say("incidents-service-other").into_owned();
        let listed = SERVICES.into_iter().map(|service| {
            let word = self.words.of("service", service);
            self.choice("service", service, word.into_owned())
        });
        let choices = std::iter::once(self.choice("service", "", unsaid))
            .chain(listed)
            .chain([self.choice("service", OTHER_SERVICE, other)]);
        FormField {
            kind: FieldKind::Choice(choices.collect()),
            ..self.field("service", "incidents-field-service", "")
        }
    }

    fn severity(self) -> FormField {
        let unsaid = self.words.say("incidents-severity-unsaid").into_owned();
        let unsaid = self.choice("severity", "", unsaid);
        let choices = std::iter::once(unsaid).chain(SEVERITIES.into_iter().map(|severity| {
            let word = self.words.of("incidents-severity", severity);
            self.choice("severity", severity, word.into_owned())
        }));
        FormField {
            kind: FieldKind::Choice(choices.collect()),
            ..self.field("severity", "incidents-field-severity", "")
        }
    }

    fn choice(self, field: &str, value: &'static str, word: String) -> FieldChoice {
        FieldChoice {
            value,
            word,
            chosen: self.typed.get(field) == value,
        }
    }

    /// When it is expected to be over.
    pub(super) fn end(self) -> FormField {
        self.moment(
            "expected_end",
            "incidents-field-expected-end",
            "incidents-hint-expected-end",
        )
    }

    /// When the next word is promised.
    pub(super) fn next_word(self) -> FormField {
        self.moment(
            "next_update",
            "incidents-field-next-update",
            "incidents-hint-next-update",
        )
    }

    pub(super) fn cause(self) -> FormField {
        self.field("cause", "incidents-field-cause", "incidents-hint-cause")
    }

    pub(super) fn note(self) -> FormField {
        FormField {
            kind: FieldKind::Lines(3),
            ..self.field("note", "incidents-field-note", "incidents-hint-note")
        }
    }

    fn quiet(self) -> FormField {
        FormField {
            kind: FieldKind::Check,
            ..self.field("quiet", "incidents-field-quiet", "incidents-hint-quiet")
        }
    }

    fn moment(self, name: &'static str, label: &str, hint: &str) -> FormField {
        FormField {
            kind: FieldKind::Moment,
            ..self.field(name, label, hint)
        }
    }

    fn field(self, name: &'static str, label: &str, hint: &str) -> FormField {
        let fault = self.faults.iter().find(|fault| fault.field == name);
        let described = [
            (!hint.is_empty()).then(|| format!("{name}-hint")),
            fault.map(|_| format!("{name}-fault")),
        ];
        let described: Vec<String> = described.into_iter().flatten().collect();
        FormField {
            name,
            label: self.words.say(label).into_owned(),
            hint: match hint {
                "" => String::new(),
                hint => self.words.say(hint).into_owned(),
            },
            value: self.typed.get(name).to_owned(),
            described: described.join(" "),
            fault: fault.map(|fault| fault.said.clone()),
            kind: FieldKind::Line,
        }
    }
}
