extension StormScenario {
  static let sweepField = OptionalField(
    "sweep", ValueForm<[KeyedValue<[Node]>]>.keyed(by: path, of: values),
    "fields that take each of several values in turn, such as policy.batch: [1, 8, 64]")
  static let seedsField = OptionalField(
    "seeds", ValueForm<[UInt64]>.list(of: .integer(), count: 1...StormSweep.mostPoints),
    "the seeds that are taken in turn")

  private static let path = ValueForm<String>.text.map { (text) throws(FormError) in
    guard let path = NodePath(parsing: text) else {
      throw FormError("each key must be the way to a field, such as policy.batch or fleet[0].count")
    }
    guard !["study", "sweep", "seeds"].contains(path.description.prefix { $0 != "." && $0 != "[" })
    else { throw FormError("it can’t take several values") }
    return text
  }

  private static let values = ValueForm<[Node]>.list(of: .word, count: 1...1000)

  /// A storm with the points of its sweep.
  ///
  /// Each point is the file with the values of the point in their fields, so that a value is refused
  /// where it stands, by the field's own rule.
  static let swept: ValueForm<StormScenario> = {
    let single = ValueForm<StormScenario>.mapping()
    return ValueForm(schema: single.schema) { node, name, log in
      guard var scenario = single.decode(node, name, log) else { return nil }
      let axes = axes(of: node)
      guard !axes.isEmpty else { return scenario }
      var points = 1
      for axis in axes {
        points = points.multipliedReportingOverflow(by: axis.values.count).partialValue
        guard points <= StormSweep.mostPoints else {
          log.report(
            "the sweep has more than \(StormSweep.mostPoints) combinations; leave some values out",
            at: axis.place)
          return nil
        }
      }
      guard let sweep = sweep(node, axes, name, log) else { return nil }
      scenario.sweep = sweep
      return scenario
    }
  }()

  /// A field with the values that it takes.
  private struct Axis {
    let key: String
    let place: Place
    let values: [Node]
  }

  /// The fields of a sound file's sweep, its seeds last.
  private static func axes(of node: Node) -> [Axis] {
    var axes: [Axis] = []
    if case .mapping(let members)? = node["sweep"]?.content {
      for member in members {
        guard case .sequence(let values) = member.value.content else { continue }
        axes.append(Axis(key: member.key, place: member.place, values: values))
      }
    }
    if let seeds = node["seeds"], case .sequence(let values) = seeds.content {
      axes.append(Axis(key: "seed", place: seeds.place, values: values))
    }
    return axes
  }

  /// The points of a sweep, or nothing after what is wrong with them was noted, once.
  private static func sweep(
    _ node: Node, _ axes: [Axis], _ name: String, _ log: DocumentLog
  ) -> StormSweep? {
    guard case .mapping(let members) = node.content else { return nil }
    var base = node
    base.content = .mapping(members.filter { !["sweep", "seeds"].contains($0.key) })
    let single = ValueForm<StormScenario>.mapping()
    var points: [StormSweep.Point] = []
    var told: Set<DocumentDiagnostic> = []
    for number in 0..<axes.reduce(1, { $0 * $1.values.count }) {
      var root = base
      var rest = number
      var chosen: [Node] = []
      for axis in axes.reversed() {
        chosen.append(axis.values[rest % axis.values.count])
        rest /= axis.values.count
      }
      chosen.reverse()
      let inner = DocumentLog(file: log.file)
      for (axis, value) in zip(axes, chosen) {
        guard let path = NodePath(parsing: axis.key) else { return nil }
        root.set(path, to: value, keyAt: axis.place, inner)
      }
      if inner.count == 0, let scenario = single.decode(root, name, inner), inner.count == 0 {
        points.append(StormSweep.Point(values: chosen.map(\.word), scenario: scenario))
      }
      for diagnostic in inner.diagnostics where told.insert(diagnostic).inserted {
        log.report(diagnostic.message, at: diagnostic.place)
      }
    }
    return told.isEmpty ? StormSweep(axes.map(\.key), points) : nil
  }
}

extension ValueForm where Value == Node {
  /// Any text or number, which a field is to read later.
  fileprivate static var word: Self {
    Self(schema: .text) { node, name, log in
      guard case .scalar = node.content, !node.isAbsent else {
        log.refuse(node, name, "it must be a text or a number")
        return nil
      }
      return node
    }
  }
}

extension Node {
  /// The text of a scalar.
  fileprivate var word: String {
    if case .scalar(let scalar) = content { scalar.text } else { "" }
  }
}
