/// What a scenario file asks.
public enum Scenario: Sendable {
  /// What becomes of machines that start at once.
  case storm(StormScenario)
  /// How many machines fit a host.
  case density(DensityScenario)
  /// What the same work costs on several machines.
  case comparison(ComparisonScenario)
  /// What translation costs a program.
  case translation(TranslationScenario)
  /// What becomes of services on a host that runs short of memory.
  case pressure(PressureScenario)
  /// How a machine is moved while it runs.
  case migration(MigrationScenario)
  /// What becomes of a machine's memory while processes of its guest fork and write.
  case processes(ProcessScenario)
  /// What merging gives back to a host with a fleet of machines.
  case merging(MergingScenario)

  /// The kinds of files that ask something, by what stands behind “study”.
  public static let kinds = [
    StormScenario.document.declaration, DensityScenario.document.declaration,
    ComparisonScenario.document.declaration, TranslationScenario.document.declaration,
    PressureScenario.document.declaration, MigrationScenario.document.declaration,
    ProcessScenario.document.declaration, MergingScenario.document.declaration,
  ]

  /// What a file's text asks, with overrides, or everything that is wrong with it.
  public static func read(
    _ text: [UInt8], file: String, overrides: [NodeOverride] = []
  ) throws(DocumentError) -> Self {
    let log = DocumentLog(file: file)
    var root = NodeReader.read(text, into: log)
    for override in overrides { root?.apply(override, log) }
    guard let root, let kind = DocumentKindDeclaration.find(root, among: kinds, log),
      let scenario = scenario(kind, root, log), log.count == 0
    else { throw DocumentError(lines: log.lines, diagnostics: log.diagnostics) }
    return scenario
  }

  private static func scenario(
    _ kind: DocumentKindDeclaration, _ root: Node, _ log: DocumentLog
  ) -> Self? {
    switch kind.word {
    case DensityScenario.document.word:
      DensityScenario.document.form.decode(root, "file", log).map { .density($0) }
    case ComparisonScenario.document.word:
      ComparisonScenario.document.form.decode(root, "file", log).map { .comparison($0) }
    case TranslationScenario.document.word:
      TranslationScenario.document.form.decode(root, "file", log).map { .translation($0) }
    case PressureScenario.document.word:
      PressureScenario.document.form.decode(root, "file", log).map { .pressure($0) }
    case MigrationScenario.document.word:
      MigrationScenario.document.form.decode(root, "file", log).map { .migration($0) }
    case ProcessScenario.document.word:
      ProcessScenario.document.form.decode(root, "file", log).map { .processes($0) }
    case MergingScenario.document.word:
      MergingScenario.document.form.decode(root, "file", log).map { .merging($0) }
    default: StormScenario.document.form.decode(root, "file", log).map { .storm($0) }
    }
  }
}
