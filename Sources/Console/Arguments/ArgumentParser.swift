import Records

/// Binds arguments to a command's parameters, and finds everything that is wrong with them.
package struct ArgumentParser<Root: Command> {
  /// What the arguments ask for.
  package enum Request {
    case run(Root)
    case help
    case wrong([String])
  }

  private let parameters = Root.parameters
  private var root = Root()
  private var problems: [String] = []
  private var given: Set<String> = []
  private var positionals = 0
  private var wantsHelp = false

  /// What these arguments, without the command's name, ask for.
  package static func parse(_ arguments: [String]) -> Request {
    var parser = Self()
    parser.bind(arguments)
    if parser.wantsHelp { return .help }
    parser.checkRequired()
    if parser.problems.isEmpty { parser.problems = parser.root.problems() }
    return parser.problems.isEmpty ? .run(parser.root) : .wrong(parser.problems)
  }

  private mutating func bind(_ arguments: [String]) {
    var rest = arguments[...]
    var onlyPositionals = false
    while let argument = rest.popFirst() {
      if onlyPositionals || argument == "-" || !argument.hasPrefix("-") {
        bindPositional(argument)
      } else if argument == "--" {
        onlyPositionals = true
      } else if argument == "--help" || argument == "-h" {
        wantsHelp = true
      } else {
        bindOption(argument, &rest)
      }
    }
  }

  private mutating func bindPositional(_ argument: String) {
    let places = parameters.filter { $0.declaration.form == .positional }
    guard let last = places.last else {
      problems.append("“\(argument)” is one argument too many: this command takes only options.")
      return
    }
    guard positionals < places.count || last.declaration.isRepeatable else {
      problems.append("“\(argument)” is one argument too many.")
      return
    }
    let parameter = positionals < places.count ? places[positionals] : last
    positionals += 1
    apply(parameter, argument, name: parameter.declaration.name)
  }

  private mutating func checkRequired() {
    let places = parameters.map(\.declaration).filter { $0.form == .positional }
    for place in places.dropFirst(positionals) where place.isRequired {
      let choices = place.choices.isEmpty ? "" : ": \(Spelling.list(place.choices))"
      problems.append("\(place.name) is missing\(choices).")
    }
  }

  private mutating func bindOption(_ argument: String, _ rest: inout ArraySlice<String>) {
    let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let spelling = String(parts[0])
    let options = parameters.filter { $0.declaration.form != .positional }
    guard let parameter = options.first(where: { "--\($0.declaration.name)" == spelling }) else {
      let known = options.map { "--\($0.declaration.name)" } + ["--help"]
      var problem = "There is no option “\(spelling)”."
      if let guess = Spelling.nearest(to: spelling, among: known) {
        problem += " Is “\(guess)” meant?"
      }
      problems.append(problem)
      return
    }
    let declaration = parameter.declaration
    if !given.insert(declaration.name).inserted, !declaration.isRepeatable {
      problems.append("“\(spelling)” is given twice.")
    }
    if declaration.form == .flag {
      guard parts.count == 1 else {
        problems.append("“\(spelling)” takes no value.")
        return
      }
      apply(parameter, "", name: spelling)
    } else if parts.count == 2 {
      apply(parameter, String(parts[1]), name: spelling)
    } else if let value = rest.first, !value.hasPrefix("--") {
      rest.removeFirst()
      apply(parameter, value, name: spelling)
    } else {
      problems.append("“\(spelling)” needs a value: \(declaration.spelling).")
    }
  }

  private mutating func apply(_ parameter: Parameter<Root>, _ argument: String, name: String) {
    do throws(ArgumentValueError) {
      try parameter.apply(&root, argument)
    } catch {
      problems.append(
        "“\(name)” is “\(argument)”: \(error.rule)\(error.rule.last == "?" ? "" : ".")")
    }
  }
}
