public import Hypervisor

/// What is wrong with a step of a script.
public enum LogScriptError: Error, Sendable, Hashable {
  /// A line begins with a word that is no step.
  case noStep(String)
  /// A step has other words than it must.
  case malformed(String, form: String)
  /// There is no such way to log.
  case noMode(String)
  /// A word names no pages.
  case noPages(String)
  /// A page that the machine does not have.
  case beyond(UInt64, pages: UInt64)
  /// A processor that the machine does not have.
  case noProcessor(Int, count: Int)
  /// A step comes before the one that it needs.
  case tooEarly(String, needs: String)
  /// A second machine.
  case anotherMachine
  /// The machine can't be made, or can't log its writes so.
  case machine(MachineError)
  /// A ring that KVM would refuse.
  case ring(String)
  /// Rings are started on a machine that has none.
  case noRings
  /// A page can't be written to.
  case unwritten(UInt64)
}

extension LogScriptError: CustomStringConvertible {
  /// The error as a sentence.
  public var description: String {
    switch self {
    case .noStep(let word):
      "“\(word)” is no step; machine, start, write, get, clear or stop would be right."
    case .malformed(_, let form): "The line would be right as “\(form)”."
    case .noMode(let word):
      "“\(word)” is no way to log; wp, manual, all-set, dbit, pml or ring would be right."
    case .noPages(let word): "“\(word)” names no pages; 17 or 17-40 would be right."
    case .beyond(let page, let pages):
      "There is no page \(page): the machine has \(pages), from 0 on."
    case .noProcessor(let number, let count):
      "There is no processor \(number): the machine has \(count), from 0 on."
    case .tooEarly(let step, let needs): "“\(step)” must come after “\(needs)”."
    case .anotherMachine: "A script has one machine."
    case .machine(let error): "\(error)"
    case .ring(let problem): problem
    case .noRings:
      "The machine has no rings: ENTRIES of its line is 0, and a power of two from 256 to 65536 would be"
        + " right."
    case .unwritten(let page): "The write to page \(page) doesn't arrive."
    }
  }
}
