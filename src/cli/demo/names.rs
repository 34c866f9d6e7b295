//! Names for people who do not exist.

/// First names in Italian, accents included: an SMS has to carry them.
pub(super) const FIRST: &[&str] = &[
    "Maria",
    "Giulia",
    "Anna",
    "Francesca",
    "Chiara",
    "Elena",
    "Sara",
    "Laura",
    "Paola",
    "Lucia",
    "Rosa",
    "Teresa",
    "Caterina",
    "Silvia",
    "Marta",
    "Noemi",
    "Desirée",
    "Zoé",
    "Giuseppe",
    "Marco",
    "Luca",
    "Andrea",
    "Matteo",
    "Paolo",
    "Giovanni",
    "Antonio",
    "Stefano",
    "Davide",
    "Nicolò",
    "Niccolò",
    "Gabriele",
    "Pietro",
    "Michele",
    "Enrico",
    "Sergio",
    "Vittorio",
];

/// Family names in Italian.
pub(super) const FAMILY: &[&str] = &[
    "Rossi",
    "Ferrari",
    "Bianchi",
    "Romano",
    "Colombo",
    "Ricci",
    "Marino",
    "Greco",
    "Bruno",
    "Gallo",
    "Conti",
    "De Luca",
    "Costa",
    "Giordano",
    "Mancini",
    "Rizzo",
    "Lombardi",
    "Moretti",
    "Barbieri",
    "Fontana",
    "Santoro",
    "Mariani",
    "Rinaldi",
    "Caruso",
    "Ferrara",
    "Galli",
    "Martini",
    "Leone",
    "Longo",
    "Gentile",
    "D'Angelo",
    "Dell'Orto",
    "Bonfiglioli",
    "Nannò",
];

/// First names in English.
pub(super) const FIRST_ENGLISH: &[&str] = &[
    "Emma", "Olivia", "Amelia", "Grace", "Harriet", "Oliver", "Jack", "Thomas", "Samuel", "Henry",
];

/// Family names in English.
pub(super) const FAMILY_ENGLISH: &[&str] = &[
    "Clarke", "Baker", "Wright", "Hughes", "Walker", "Turner", "O'Brien", "Cooper", "Ward", "Mills",
];

/// What firms do, before the name of the family that owns them.
pub(super) const FIRMS: &[&str] = &[
    "Panificio",
    "Officina",
    "Farmacia",
    "Trattoria",
    "Falegnameria",
    "Studio",
    "Caseificio",
];
