import Costs
public import Paging

extension NestedMachine {
  /// Makes an access of a program of L2's, whose kernel gives it the page if it has none.
  ///
  /// The kernel gives the page `frame`, or else the one that lies in L2's memory where the page lies in
  /// the program's, so that both ways lack as many entries.
  public mutating func touch(
    _ address: GuestVirtual, _ kind: Access.Kind = .write, frame: GuestPhysical? = nil
  ) throws(NestedError) -> NestedTouch {
    try choose(frame, for: address)
    let before = ledger
    ledger = Ledger()
    steps = []
    play(.program, .access(address))
    defer { ledger += before }
    guard case .reached(let translation) = try access(address, Access(kind, .user)) else {
      preconditionFailure("a program's access is never carried out for it")
    }
    return NestedTouch(translation: translation, steps: steps, ledger: ledger)
  }

  /// Touches the target.
  public mutating func touch() throws(NestedError) -> NestedTouch { try touch(target) }

  private mutating func choose(
    _ frame: GuestPhysical?, for address: GuestVirtual
  ) throws(NestedError) {
    guard layout.program.contains(address.value) else { throw .notOfProgram(address) }
    guard let frame else { return }
    guard layout.data.contains(frame.value), frame.isAligned(to: layout.pageBytes) else {
      throw .notOfData(frame)
    }
    chosenFrames[address.value & ~(layout.pageBytes - 1)] = frame.value
  }
}
