/// Gathers everything that is wrong with one file.
///
/// A class, because the decoders of a document's parts all write into the one log.
public final class DocumentLog {
  /// The name of the file, as its diagnostics begin.
  public let file: String
  /// How many diagnostics are told at most.
  public let limit: Int
  /// How many problems there are.
  public private(set) var count = 0
  private var found: [DocumentDiagnostic] = []

  /// An empty log for a file.
  public init(file: String, limit: Int = 100) {
    self.file = file
    self.limit = limit
  }

  /// Notes a problem, as `what was found; what would be right`.
  public func report(_ message: String, at place: Place) {
    count += 1
    // A bad file of a million values has a million problems; nobody reads them.
    guard found.count < 100 * limit else { return }
    found.append(DocumentDiagnostic(file, at: place, message))
  }

  /// Notes that a node under a name is not what it must be.
  public func refuse(_ node: Node, _ name: String, _ rule: String) {
    report("“\(name)” \(node.isAbsent ? "has" : "is") \(node.phrase); \(rule)", at: node.place)
  }

  /// The problems in the order of the file, as many as are told.
  public var diagnostics: [DocumentDiagnostic] {
    let sorted = found.enumerated().sorted { left, right in
      left.element.place == right.element.place
        ? left.offset < right.offset : left.element.place < right.element.place
    }
    return sorted.prefix(limit).map(\.element)
  }

  /// What is printed: a line for each problem, and how many more there are.
  public var lines: [String] {
    let told = diagnostics.map(\.description)
    guard count > told.count else { return told }
    return told + ["\(file): there are \(count - told.count) more problems"]
  }
}
