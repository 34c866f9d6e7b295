//! Municipalities and zones as shapes, to be chosen on a map by their names. They tell nobody: whom an
//! incident reaches is decided by codes and by the incident's own outline.

use std::collections::BTreeMap;

use crate::domain::area::{AreaKind, AreaShape, Bounds, NewShape};
use crate::domain::ids::Ids;
use crate::store::database::rows::{json, json_column, parsed, row};
use crate::store::database::sql::{all, execute, value};
use crate::store::{StoreError, handle};
use crate::text::folded::fold;

handle! {
    /// Municipalities and zones as shapes.
    areas -> AreaShapes
}

row! {
    for AreaShape {
        kind = parsed,
        code,
        name,
        rings = json_column,
    }
}

row! {
    /// A shape of a list.
    #[derive(Debug, Clone, PartialEq, serde::Serialize)]
    pub struct ListedShape {
        #[serde(skip)]
        pub id: i64,
        pub kind: AreaKind = parsed,
        pub code: String,
        pub name: String,
        pub rings: Vec<Vec<(f64, f64)>> = json_column,
        pub south: f64,
        pub west: f64,
        pub north: f64,
        pub east: f64,
    }
}

row! {
    struct NamedArea {
        code: String,
        name: String,
        folded: String,
    }
}

/// Shapes written by one statement: some 200 KB of JSON.
const BATCH: usize = 100;

impl AreaShapes<'_> {
    /// Puts these in the place of all shapes of a kind.
    pub async fn replace(
        &mut self,
        kind: AreaKind,
        shapes: &[NewShape],
        ids: &dyn Ids,
    ) -> Result<(), StoreError> {
        execute!(self.0, "forget the shapes of areas",
            "DELETE FROM area_shape WHERE kind = $1";
            kind.as_str()
        )?;
        for batch in shapes.chunks(BATCH) {
            let mut rows = Vec::new();
            for shape in batch {
                let Bounds {
                    south,
                    west,
                    north,
                    east,
                } = shape.bounds;
                let (code, name) = (shape.code.as_str(), shape.name.as_str());
                let rings = json(&shape.rings)?;
                rows.push((
                    ids.next(),
                    code,
                    name,
                    fold(name),
                    rings,
                    south,
                    west,
                    north,
                    east,
                ));
            }
            execute!(self.0, "write the shapes of areas",
                "INSERT INTO area_shape (id, kind, code, name, folded, rings, south, west, north, east)
                 SELECT CAST(value ->> 0 AS BIGINT), $2, value ->> 1, value ->> 2, value ->> 3,
                 value ->> 4, CAST(value ->> 5 AS DOUBLE PRECISION),
                 CAST(value ->> 6 AS DOUBLE PRECISION), CAST(value ->> 7 AS DOUBLE PRECISION),
                 CAST(value ->> 8 AS DOUBLE PRECISION) FROM ", words::rows!("$1");
                json(&rows)?, kind.as_str()
            )?;
        }
        Ok(())
    }

    /// At most `limit` shapes after this one, in the order of the file.
    pub async fn list(&mut self, after: i64, limit: i64) -> Result<Vec<ListedShape>, StoreError> {
        all!(self.0, "list the shapes of areas",
            "SELECT id, kind, code, name, rings, south, west, north, east FROM area_shape
             WHERE id > $1 ORDER BY id LIMIT $2";
            after, limit
        )
    }

    /// How many municipalities have a shape.
    pub async fn municipalities(&mut self) -> Result<i64, StoreError> {
        value!(
            self.0,
            "count the shapes of municipalities",
            "SELECT CAST(count(*) AS BIGINT) FROM area_shape WHERE kind = 'municipality'"
        )
    }

    /// At most `limit` shapes of a kind by name, those first in which somebody lives whom we serve:
    /// nobody else is told anything.
    pub async fn drawn(
        &mut self,
        kind: AreaKind,
        limit: i64,
    ) -> Result<Vec<AreaShape>, StoreError> {
        all!(self.0, "read the shapes of areas for a map",
            "SELECT kind, code, name, rings FROM area_shape s WHERE kind = $1
             ORDER BY CASE WHEN EXISTS (SELECT 1 FROM place WHERE place.municipality = s.code)
             OR EXISTS (SELECT 1 FROM place_tag WHERE place_tag.tag = s.code) THEN 0 ELSE 1 END,
             folded, code LIMIT $2";
            kind.as_str(), limit
        )
    }

    /// At most `limit` of the shapes of these codes.
    pub async fn of_codes(
        &mut self,
        codes: &[String],
        limit: i64,
    ) -> Result<Vec<AreaShape>, StoreError> {
        all!(self.0, "read the shapes of some areas",
            "SELECT kind, code, name, rings FROM area_shape WHERE code IN (", words::texts!("$1"), ")
             ORDER BY folded, code LIMIT $2";
            json(codes)?, limit
        )
    }

    /// The names of these codes of municipalities, as far as they are known.
    pub async fn names(
        &mut self,
        codes: &[String],
    ) -> Result<BTreeMap<String, String>, StoreError> {
        let found: Vec<(String, String)> = all!(self.0, "read the names of municipalities",
            "SELECT code, name FROM area_shape WHERE kind = 'municipality'
             AND code IN (", words::texts!("$1"), ")";
            json(codes)?
        )?;
        Ok(found.into_iter().collect())
    }

    /// Puts the names of municipalities in the place of their codes, where they are known: for pages that
    /// only show them.
    pub async fn name_in_place(&mut self, codes: Vec<&mut String>) -> Result<(), StoreError> {
        let asked: Vec<String> = codes.iter().map(|code| (**code).clone()).collect();
        if asked.is_empty() {
            return Ok(());
        }
        let names = self.names(&asked).await?;
        for code in codes {
            if let Some(name) = names.get(code.as_str()) {
                code.clone_from(name);
            }
        }
        Ok(())
    }

    /// The municipalities of these names, each with its code, under the name as it is searched. Some
    /// names are those of several.
    pub async fn named(
        &mut self,
        names: &[String],
    ) -> Result<BTreeMap<String, Vec<(String, String)>>, StoreError> {
        let folded: Vec<String> = names.iter().map(|name| fold(name)).collect();
        let found: Vec<NamedArea> = all!(self.0, "look for municipalities by name",
            "SELECT code, name, folded FROM area_shape WHERE kind = 'municipality'
             AND folded IN (", words::texts!("$1"), ") ORDER BY code";
            json(&folded)?
        )?;
        let mut named = BTreeMap::<String, Vec<(String, String)>>::new();
        for NamedArea { code, name, folded } in found {
            named.entry(folded).or_default().push((code, name));
        }
        Ok(named)
    }
}
