//! A mapping as a page shows it: each of our fields, and where it comes from. Nothing of it is secret.

use super::Mapping;

impl Mapping {
    /// Our fields in their order, each with what the settings say of it: a column of theirs, or a text
    /// with expressions. None where each record is an event already.
    #[must_use]
    pub fn written(&self) -> Vec<(String, &str)> {
        let fields = self.fields.iter();
        let fields = fields.map(|(name, field)| ((*name).to_owned(), field.written()));
        let area = self.area.iter();
        let area = area.map(|(name, field)| (format!("area.{name}"), field.written()));
        let others = [
            ("ended", &self.ended),
            ("version", &self.version),
            ("changed_at", &self.changed_at),
            ("event", &self.event),
        ];
        let others = others
            .into_iter()
            .filter_map(|(name, field)| Some((name.to_owned(), field.as_ref()?.written())));
        fields.chain(area).chain(others).collect()
    }

    /// Their words for states, each with ours.
    pub fn states(&self) -> impl Iterator<Item = (&str, &str)> {
        let states = self.states.iter();
        states.map(|(theirs, ours)| (theirs.as_str(), ours.as_str()))
    }
}
