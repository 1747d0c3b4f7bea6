/// A drawing in SVG that stands in a page; the same calls give the same bytes.
struct Drawing {
  let width: Double
  let height: Double
  private let name: String
  private let title: String
  private let description: String
  private var elements: [String] = []

  /// An empty drawing; `name` tells its parts from those of others in one page.
  init(_ name: String, width: Double, height: Double, title: String, description: String) {
    self.name = name
    self.width = width
    self.height = height
    self.title = title
    self.description = description
  }

  mutating func line(from: (Double, Double), to: (Double, Double), class style: String) {
    elements.append(
      "<line x1=\"\(Self.number(from.0))\" y1=\"\(Self.number(from.1))\" x2=\"\(Self.number(to.0))\""
        + " y2=\"\(Self.number(to.1))\" class=\"\(style)\"/>")
  }

  mutating func text(_ text: String, at place: (Double, Double), class style: String) {
    elements.append(
      "<text x=\"\(Self.number(place.0))\" y=\"\(Self.number(place.1))\" class=\"\(style)\">"
        + "\(text.escapedForHTML)</text>")
  }

  mutating func rectangle(
    at place: (Double, Double), width: Double, height: Double, class style: String, title: String
  ) {
    elements.append(
      "<rect x=\"\(Self.number(place.0))\" y=\"\(Self.number(place.1))\""
        + " width=\"\(Self.number(width))\" height=\"\(Self.number(height))\" class=\"\(style)\">"
        + "<title>\(title.escapedForHTML)</title></rect>")
  }

  mutating func path(
    _ points: [(Double, Double)], closed: Bool, class style: String, title: String
  ) {
    var commands = ""
    for (number, point) in points.enumerated() {
      commands += number == 0 ? "M" : "L"
      commands += "\(Self.number(point.0)) \(Self.number(point.1))"
    }
    elements.append(
      "<path d=\"\(commands)\(closed ? "Z" : "")\" class=\"\(style)\">"
        + "<title>\(title.escapedForHTML)</title></path>")
  }

  /// The drawing as an element of a page.
  var element: String {
    ([
      "<svg viewBox=\"0 0 \(Self.number(width)) \(Self.number(height))\" role=\"img\""
        + " aria-labelledby=\"\(name)-title \(name)-text\">",
      "<title id=\"\(name)-title\">\(title.escapedForHTML)</title>",
      "<desc id=\"\(name)-text\">\(description.escapedForHTML)</desc>",
    ] + elements + ["</svg>"]).joined(separator: "\n")
  }

  private static func number(_ value: Double) -> String { Measure.decimal(value, 1) }
}

extension String {
  /// The text with the characters replaced that have a meaning in HTML.
  var escapedForHTML: String {
    var escaped = ""
    for character in self {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.append(character)
      }
    }
    return escaped
  }
}
