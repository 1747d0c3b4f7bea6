public import Paging

extension WalkFailure {
  /// Where the walk has looked for a table in vain, as a sentence.
  public var absenceSentence: String {
    let place = absentPlace.map(\.description) ?? "an address"
    let tables = stage == .first ? "the guest's tables" : "the hypervisor's tables"
    return
      "The walk of \(tables) reads an entry at host-physical \(place), outside the given memory."
  }
}
