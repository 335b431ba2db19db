//! The table of figures: what was measured, and what it may be at most.

use std::fmt;

use serde_json::{Value, json};

/// Figures in the order in which they were measured.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    group: &'static str,
    name: String,
    value: f64,
    unit: Unit,
    bound: Bound,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// More would be a fault.
    AtMost(f64),
    /// Nothing can be below; the ratio tells how far away it is.
    Floor(f64),
    /// Told for its own sake.
    None,
}

/// What a figure counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Calls,
    Milliseconds,
    Mebibytes,
    Megabytes,
    /// A number without a unit: an exponent, a ratio.
    Pure,
    Answers,
}

impl Unit {
    const fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Milliseconds => "ms",
            Self::Mebibytes => "MiB",
            Self::Megabytes => "MB",
            Self::Pure => "",
            Self::Answers => "answers",
        }
    }

    fn show(self, value: f64) -> String {
        let digits = match self {
            Self::Calls | Self::Answers => 0,
            Self::Pure => 2,
            Self::Milliseconds | Self::Mebibytes | Self::Megabytes => 1,
        };
        format!("{value:.digits$}")
    }
}

impl Table {
    /// One more figure.
    pub fn add(
        &mut self,
        group: &'static str,
        name: impl Into<String>,
        value: f64,
        unit: Unit,
        bound: Bound,
    ) {
        let row = Row { group, name: name.into(), value, unit, bound };
        // A long run shows that it lives.
        eprintln!("{group}: {} {} {}", row.name, unit.show(value), unit.word());
        self.rows.push(row);
    }

    /// How many figures are beyond their bounds.
    pub fn beyond(&self) -> usize {
        self.rows.iter().filter(|row| row.is_beyond()).count()
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let (at_most, floor) = match row.bound {
                Bound::AtMost(bound) => (Some(bound), None),
                Bound::Floor(bound) => (None, Some(bound)),
                Bound::None => (None, None),
            };
            json!({
                "group": row.group, "figure": row.name, "value": row.value, "unit": row.unit.word(),
                "at_most": at_most, "floor": floor, "ratio": row.ratio(),
            })
        });
        json!({ "figures": rows.collect::<Vec<_>>(), "beyond": self.beyond() })
    }
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        match self.bound {
            Bound::AtMost(bound) | Bound::Floor(bound) if bound > 0.0 => Some(self.value / bound),
            Bound::AtMost(_) | Bound::Floor(_) | Bound::None => None,
        }
    }

    /// A floor that was undercut was counted wrong, which is as bad as a bound that is broken.
    fn is_beyond(&self) -> bool {
        match self.bound {
            Bound::AtMost(bound) => self.value.is_nan() || self.value > bound,
            Bound::Floor(bound) => self.value < bound,
            Bound::None => false,
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = self.rows.iter().map(|row| row.name.chars().count()).max().unwrap_or(0);
        let mut group = "";
        for row in &self.rows {
            if row.group != group {
                group = row.group;
                writeln!(
                    f,
                    "\n{group:<width$}  {:>9}          {:>11}  {:>5}",
                    "measured", "bound", "ratio"
                )?;
            }
            let bound = match row.bound {
                Bound::AtMost(bound) => format!("≤ {}", row.unit.show(bound)),
                Bound::Floor(bound) => format!("≥ {}", row.unit.show(bound)),
                Bound::None => String::new(),
            };
            let ratio = row.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
            let mark = if row.is_beyond() { "  BEYOND" } else { "" };
            let (value, word) = (row.unit.show(row.value), row.unit.word());
            writeln!(
                f,
                "{:<width$}  {value:>9} {word:<7}  {bound:>11}  {ratio:>5}{mark}",
                row.name
            )?;
        }
        Ok(())
    }
}

/// The middle of some samples.
pub fn median(mut samples: Vec<f64>) -> f64 {
    samples.sort_by(f64::total_cmp);
    samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN)
}
