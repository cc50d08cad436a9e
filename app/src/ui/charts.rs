//! A drawing of figures over time, beside the table that holds them. Never words a figure, and never stands alone: it is hidden from
//! screen readers, which have the table.

use leptos::prelude::*;

use super::Words;

/// The width of a column and of the gap beside it, in the drawing's own units; it is stretched to whatever room there is.
const COLUMN: i64 = 70;
const GAP: i64 = 30;
/// The height of the drawing.
const HEIGHT: i64 = 1000;
/// The most lines of an axis, besides its foot.
const LINES: i64 = 4;

/// How an axis is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// From line to line.
    pub step: i64,
    /// How many steps there are above zero.
    pub steps: i64,
}

impl Axis {
    /// An axis from zero that holds a value, in at most four steps of 1, 2 or 5 with zeros, none smaller than `unit`.
    ///
    /// ```
    /// # use app::ui::charts::Axis;
    /// assert_eq!(Axis::to(37_500, 100), Axis { step: 10_000, steps: 4 });
    /// assert_eq!(Axis::to(0, 100), Axis { step: 100, steps: 1 });
    /// assert_eq!(Axis::to(i64::MAX, 1).steps, 2);
    /// ```
    #[must_use]
    pub fn to(highest: i64, unit: i64) -> Self {
        let highest = highest.max(0);
        let unit = unit.max(1);
        let mut decade = unit;
        loop {
            for factor in [1, 2, 5] {
                let step = decade.saturating_mul(factor);
                // Rounded up without adding, which could be too much.
                let steps = highest / step + i64::from(highest % step > 0);
                if steps <= LINES {
                    return Self { step, steps: steps.max(1) };
                }
            }
            decade = decade.saturating_mul(10);
        }
    }

    /// The values of its lines, the highest first, zero last.
    pub fn lines(self) -> impl Iterator<Item = i64> {
        (0..=self.steps).rev().map(move |line| self.step.saturating_mul(line))
    }

    /// How high a value is drawn.
    fn height(self, value: i64) -> i64 {
        let top = i128::from(self.step) * i128::from(self.steps);
        let height = i128::from(value.max(0)) * i128::from(HEIGHT) / top.max(1);
        i64::try_from(height).unwrap_or(HEIGHT).min(HEIGHT)
    }
}

/// One colour of a chart.
pub struct Series {
    /// What it is.
    pub words: Words,
    /// Its value in each column; what is below zero is not drawn.
    pub values: Vec<i64>,
}

/// Columns of parts that add up, with a line for each step of the axis. At most four series.
#[component]
pub fn ColumnChart(
    /// The lowest part first.
    series: Vec<Series>,
    /// What stands below each column.
    columns: Vec<Words>,
    axis: Axis,
    /// What stands beside each line, the highest first.
    lines: Vec<Words>,
    /// What the axis counts.
    #[prop(into)]
    unit: Words,
) -> impl IntoView {
    let width = i64::try_from(columns.len()).unwrap_or(0) * (COLUMN + GAP);
    let keys = series
        .iter()
        .zip(1..)
        .map(|(one, n)| view! { <li><span class=format!("chart-key chart-{n}")></span>{one.words.clone().0}</li> })
        .collect_view();
    let rules = axis.lines().map(|value| {
        let y = HEIGHT - axis.height(value);
        view! { <line x1="0" x2=width.to_string() y1=y.to_string() y2=y.to_string()></line> }
    });
    let bars = (0..columns.len()).map(|column| {
        let x = i64::try_from(column).unwrap_or(0) * (COLUMN + GAP) + GAP / 2;
        let mut below = 0;
        let parts: Vec<AnyView> = series
            .iter()
            .zip(1..)
            .filter_map(|(one, n)| {
                let value = one.values.get(column).copied().unwrap_or(0).max(0);
                let (from, to) = (axis.height(below), axis.height(below.saturating_add(value)));
                below = below.saturating_add(value);
                let (y, height) = (HEIGHT - to, to - from);
                (height > 0).then(|| {
                    view! { <rect class=format!("chart-{n}") x=x.to_string() y=y.to_string() width=COLUMN.to_string() height=height.to_string()></rect> }
                        .into_any()
                })
            })
            .collect();
        parts
    });
    view! {
        <div class="chart" aria-hidden="true">
            <ul class="chart-keys">{keys}</ul>
            <p class="small soft">{unit.0}</p>
            <div class="chart-plot">
                <ol class="chart-lines">{lines.into_iter().map(|line| view! { <li>{line.0}</li> }).collect_view()}</ol>
                <svg viewBox=format!("0 0 {width} {HEIGHT}") preserveAspectRatio="none" focusable="false">
                    {rules.collect_view()}
                    {bars.flatten().collect_view()}
                </svg>
                <ol class="chart-columns">{columns.into_iter().map(|column| view! { <li>{column.0}</li> }).collect_view()}</ol>
            </div>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_holds_its_value_in_few_round_steps() {
        let around = (0..63).flat_map(|bit| [(1_i64 << bit) - 1, 1 << bit, (1 << bit) + 1]);
        let round = (0..=18).flat_map(|power| (1..=9).filter_map(move |digit| 10_i64.pow(power).checked_mul(digit)));
        for highest in around.chain(round).chain([i64::MAX]) {
            for unit in [1, 100, 100_000] {
                let axis = Axis::to(highest, unit);
                let top = i128::from(axis.step) * i128::from(axis.steps);
                assert!((1..=LINES).contains(&axis.steps) && top >= i128::from(highest), "{highest}: {axis:?}");
                // Not a step more than needed, or the drawing would be low.
                assert!(axis.steps == 1 || top - i128::from(axis.step) < i128::from(highest), "{highest}: {axis:?}");
                assert!((0..=HEIGHT).contains(&axis.height(highest)) && axis.height(0) == 0);
                assert_eq!(axis.lines().count(), usize::try_from(axis.steps + 1).unwrap());
            }
        }
    }
}
