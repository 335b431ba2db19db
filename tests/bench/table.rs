//! The table of figures: what was measured, what it must be at most, and what is aimed at.

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
    /// What keeps the figure from being smaller.
    because: &'static str,
}

/// What a figure is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// More than the first would be a fault; the second is what is aimed at.
    AtMost(f64, f64),
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
    /// So many in a hundred.
    Percent,
}

impl Unit {
    const fn word(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Milliseconds => "ms",
            Self::Mebibytes => "MiB",
            Self::Megabytes => "MB",
            Self::Pure => "",
            Self::Percent => "%",
        }
    }

    fn show(self, value: f64) -> String {
        let digits = match self {
            Self::Calls => 0,
            Self::Pure => 3,
            Self::Percent => 2,
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
        let row = Row { group, name: name.into(), value, unit, bound, because: "" };
        // A long run shows that it lives.
        eprintln!("{group}: {} {} {}", row.name, unit.show(value), unit.word());
        self.rows.push(row);
    }

    /// Says of the last figure what keeps it from being smaller.
    pub fn because(&mut self, reason: &'static str) {
        if let Some(row) = self.rows.last_mut() {
            row.because = reason;
        }
    }

    /// How many figures are beyond their bounds.
    pub fn beyond(&self) -> usize {
        self.rows.iter().filter(|row| row.is_beyond()).count()
    }

    /// The same for machines.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let (must, aim, floor) = match row.bound {
                Bound::AtMost(must, aim) => (Some(must), Some(aim), None),
                Bound::Floor(bound) => (None, None, Some(bound)),
                Bound::None => (None, None, None),
            };
            json!({
                "group": row.group, "figure": row.name, "value": row.value, "unit": row.unit.word(),
                "must": must, "aim": aim, "floor": floor, "ratio": row.ratio(),
                "because": Some(row.because).filter(|reason| !reason.is_empty()),
            })
        });
        json!({ "figures": rows.collect::<Vec<_>>(), "beyond": self.beyond() })
    }
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        match self.bound {
            Bound::AtMost(bound, _) | Bound::Floor(bound) if bound > 0.0 => {
                Some(self.value / bound)
            }
            Bound::AtMost(..) | Bound::Floor(_) | Bound::None => None,
        }
    }

    /// A floor that was undercut was counted wrong, which is as bad as a bound that is broken.
    fn is_beyond(&self) -> bool {
        match self.bound {
            Bound::AtMost(must, _) => self.value.is_nan() || self.value > must,
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
                let heads = format!("{:>9} {:<4} {:>9} {:>9}", "measured", "", "must", "aim");
                writeln!(f, "\n{group:<width$}  {heads}  {:>5}", "ratio")?;
            }
            let (must, aim) = match row.bound {
                Bound::AtMost(must, aim) => {
                    (format!("≤ {}", row.unit.show(must)), format!("≤ {}", row.unit.show(aim)))
                }
                Bound::Floor(bound) => (format!("≥ {}", row.unit.show(bound)), String::new()),
                Bound::None => (String::new(), String::new()),
            };
            let ratio = row.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default();
            let mark = if row.is_beyond() { "  BEYOND" } else { "" };
            let (value, word) = (row.unit.show(row.value), row.unit.word());
            let because =
                if row.because.is_empty() { String::new() } else { format!("  {}", row.because) };
            writeln!(
                f,
                "{:<width$}  {value:>9} {word:<4} {must:>9} {aim:>9}  {ratio:>5}{mark}{because}",
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
