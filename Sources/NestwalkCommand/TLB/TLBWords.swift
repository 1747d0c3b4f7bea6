import Console
import Guests
import Paging
import Records
import Studies

/// A workload's pattern under its name.
enum PatternName: String, CaseIterable, ArgumentValue {
  case sequential
  case random
  case stride
  case zipf
  case chase

  /// The pattern in words.
  var title: String {
    switch self {
    case .sequential: "Sequential accesses"
    case .random: "Random accesses"
    case .stride: "Strided accesses"
    case .zipf: "Accesses by Zipf's law"
    case .chase: "A pointer chase"
    }
  }
}

/// Where the tables lie, under its name.
enum PlacementName: String, CaseIterable, ArgumentValue {
  case compact
  case scattered
}

extension TraceFormat: ArgumentValue {}

/// A core that the TLBs' presets know, under its name.
struct CoreName: ArgumentValue, Hashable {
  let core: CoreModel

  init(_ core: CoreModel) { self.core = core }

  init(argument: String) throws(ArgumentValueError) {
    guard let core = CoreModel.all.first(where: { $0.name == argument }) else {
      var rule = "it must be \(Spelling.list(Self.choices))"
      if let guess = Spelling.nearest(to: argument, among: Self.choices) {
        rule += "; is “\(guess)” meant?"
      }
      throw ArgumentValueError(rule)
    }
    self.core = core
  }

  var argument: String { core.name }
  static var choices: [String] { CoreModel.all.map(\.name) }

  /// The first preset of an architecture.
  static func standard(_ isa: ISA) -> CoreModel? { CoreModel.all.first { $0.isa == isa } }
}
