//! The map on the form that declares an incident: each municipality and each zone is a box to tick, with
//! its shape beside it. What is ticked stands in the fields `municipalities` and `tags` as soon as the
//! form is read (`typed`), so that the map says nothing that the fields could not. Without shapes there is
//! no map, and the fields are all there is.

use std::collections::BTreeSet;

use super::points::entries;
use super::typed::TypedIncident;
use crate::domain::area::AreaKind;
use crate::domain::limits::SHAPES_DRAWN;
use crate::store::{StoreError, Tx};
use crate::web::console::shell::map::{DrawnShape, MapView};

/// What the template draws.
pub(super) struct AreaChooser {
    pub(super) towns: Vec<ChoosableShape>,
    pub(super) zones: Vec<ChoosableShape>,
    /// Some municipalities have a shape and are not drawn: they are chosen by their name.
    pub(super) are_more: bool,
    /// What turns a point of the drawing into degrees, for the script.
    pub(super) view: [(&'static str, String); 6],
}

/// A shape with its box.
pub(super) struct ChoosableShape {
    pub(super) shape: DrawnShape,
    pub(super) chosen: bool,
}

impl AreaChooser {
    /// The map; what it shows as ticked goes out of the fields. None: no shape was imported.
    pub(super) async fn of(
        tx: &mut Tx,
        typed: &mut TypedIncident,
    ) -> Result<Option<Self>, StoreError> {
        let most = i64::try_from(SHAPES_DRAWN).unwrap_or(i64::MAX);
        let mut shapes = tx.areas().drawn(AreaKind::Municipality, most).await?;
        let towns = i64::try_from(shapes.len()).unwrap_or(i64::MAX);
        let are_more = tx.areas().municipalities().await? > towns;
        shapes.extend(tx.areas().drawn(AreaKind::Zone, most - towns).await?);
        let Some(view) = MapView::around_shapes(&shapes) else {
            return Ok(None);
        };
        let (zones, towns): (Vec<_>, Vec<_>) = view
            .shapes(&shapes)
            .into_iter()
            .partition(|shape| shape.kind == AreaKind::Zone);
        Ok(Some(Self {
            towns: choosable(towns, "municipalities", typed),
            zones: choosable(zones, "tags", typed),
            are_more,
            view: numbers(&view),
        }))
    }

    /// Its lists of boxes, each with what the boxes' names begin with and the key of its legend.
    pub(super) fn parts(&self) -> [(&[ChoosableShape], &'static str, &'static str); 2] {
        [
            (self.towns.as_slice(), "town", "incidents-chooser-towns"),
            (self.zones.as_slice(), "zone", "incidents-chooser-zones"),
        ]
    }
}

/// A view as the script reads it.
fn numbers(view: &MapView) -> [(&'static str, String); 6] {
    let exact = |number: f64| format!("{number:.6}");
    [
        ("north", exact(view.north)),
        ("west", exact(view.west)),
        ("narrow", exact(view.narrow)),
        ("scale", exact(view.scale)),
        ("left", exact(view.left)),
        ("top", exact(view.top)),
    ]
}

fn choosable(
    shapes: Vec<DrawnShape>,
    field: &'static str,
    typed: &mut TypedIncident,
) -> Vec<ChoosableShape> {
    let drawn: BTreeSet<&str> = shapes.iter().map(|shape| &*shape.code).collect();
    let (ticked, left): (BTreeSet<String>, Vec<String>) = {
        let all = entries(typed.get(field)).map(str::to_owned);
        let (ticked, left): (Vec<_>, Vec<_>) = all.partition(|code| drawn.contains(&**code));
        (ticked.into_iter().collect(), left)
    };
    if !ticked.is_empty() {
        typed.set(field, left.join(", "));
    }
    let each = shapes.into_iter().map(|shape| ChoosableShape {
        chosen: ticked.contains(&shape.code),
        shape,
    });
    each.collect()
}
