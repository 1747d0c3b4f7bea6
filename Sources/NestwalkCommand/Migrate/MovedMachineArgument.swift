import Console

/// Which of a file's machines are played, on the command line.
enum MovedMachineArgument: ArgumentValue, Hashable {
  /// One by itself, by its number from 1 on.
  case number(Int)
  case all

  init(argument: String) throws(ArgumentValueError) {
    if argument == "all" {
      self = .all
    } else if let number = Int(argument), number > 0 {
      self = .number(number)
    } else {
      throw ArgumentValueError("it must be “all”, or a number from 1 on")
    }
  }

  var argument: String {
    switch self {
    case .number(let number): "\(number)"
    case .all: "all"
    }
  }

  /// Its number from 0 on; nothing for all.
  var index: Int? {
    switch self {
    case .number(let number): number - 1
    case .all: nil
    }
  }
}
