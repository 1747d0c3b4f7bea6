import Console

/// What is placed on an inventory's hosts: a number of machines, or the machines of a file.
enum PlaceArgument: ArgumentValue, Hashable {
  case machines(Int)
  case file(FilePath)

  init(argument: String) throws(ArgumentValueError) {
    if let count = Int(argument) {
      guard 1...10_000_000 ~= count else {
        throw ArgumentValueError("it must be from 1 to 10000000 machines, or a file")
      }
      self = .machines(count)
    } else {
      self = .file(try FilePath(argument: argument))
    }
  }

  /// Whether it is a file that says what the machines are.
  var namesFile: Bool {
    switch self {
    case .machines: false
    case .file: true
    }
  }

  var argument: String {
    switch self {
    case .machines(let count): "\(count)"
    case .file(let file): file.argument
    }
  }
}
