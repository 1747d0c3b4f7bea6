/// A picture of numbers, with the same numbers as a table for who can't see it.
package protocol Chart {
  /// What it shows.
  var title: String { get }
  /// What a reader who can't see it has to know.
  var summary: String { get }
  /// The names and colours of what is drawn, if there are several.
  var legend: [LegendEntry] { get }
  /// The numbers.
  var table: TextTable { get }

  /// The picture as an element of a page; `name` tells it from others there.
  func drawing(named name: String) -> String
}

/// What a colour of a chart stands for.
package struct LegendEntry: Sendable, Hashable {
  /// What it stands for.
  package let name: String
  /// The class that gives the colour, `c0` for the first.
  package let style: String

  /// An entry.
  package init(_ name: String, style: String) {
    self.name = name
    self.style = style
  }
}
