/// A drawing in SVG, element by element; the same calls give the same bytes.
struct SVGDocument {
  private let title: String
  private let description: String
  private let style: String
  private let width: Int
  private let height: Int
  private var elements: [String] = []

  /// An empty drawing; `title` and `description` say what a reader who can't see it has to know.
  init(width: Int, height: Int, title: String, description: String, style: String) {
    self.width = width
    self.height = height
    self.title = title
    self.description = description
    self.style = style
  }

  /// Adds a rectangle.
  mutating func rectangle(
    x: Int, y: Int, width: Int, height: Int, radius: Int = 0, class name: String
  ) {
    elements.append(
      "<rect x=\"\(x)\" y=\"\(y)\" width=\"\(width)\" height=\"\(height)\" rx=\"\(radius)\""
        + " class=\"\(name)\"/>")
  }

  /// Adds a line of text whose baseline starts, ends or is centred at a point, as its class says.
  mutating func text(_ text: String, x: Int, y: Int, class name: String) {
    elements.append("<text x=\"\(x)\" y=\"\(y)\" class=\"\(name)\">\(Self.escaped(text))</text>")
  }

  /// Adds a line through some points, with an arrowhead at its end.
  mutating func arrow(_ points: [(x: Int, y: Int)], class name: String) {
    let path = points.enumerated().map { number, point in
      "\(number == 0 ? "M" : "L")\(point.x) \(point.y)"
    }
    elements.append(
      "<path d=\"\(path.joined(separator: " "))\" class=\"\(name)\" marker-end=\"url(#arrow)\"/>")
  }

  /// The whole file.
  var text: String {
    let lines =
      [
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 \(width) \(height)\""
          + " width=\"\(width)\" height=\"\(height)\" role=\"img\" aria-labelledby=\"title desc\">",
        "<title id=\"title\">\(Self.escaped(title))</title>",
        "<desc id=\"desc\">\(Self.escaped(description))</desc>",
        "<style>\(style)</style>",
        "<defs><marker id=\"arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"7\""
          + " markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0L8 4L0 8Z\" class=\"head\"/></marker></defs>",
      ] + elements + ["</svg>"]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func escaped(_ text: String) -> String {
    text.map { character in
      switch character {
      case "&": "&amp;"
      case "<": "&lt;"
      case ">": "&gt;"
      default: String(character)
      }
    }.joined()
  }
}
