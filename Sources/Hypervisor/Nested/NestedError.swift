public import Paging

/// Why a machine with nested guests can't be made, or an access in it not be carried out.
public enum NestedError: Error, Sendable, Hashable {
  /// x86-64 has no tables of so many levels.
  case levels(Int)
  /// There are no pages of that size.
  case pageBytes(UInt64)
  /// So many entries can't be there before: the way to a page has fewer.
  case populated(Int, entries: Int)
  /// The address is none of L2's programs'.
  case notOfProgram(GuestVirtual)
  /// The frame is none of those that L2 gives to its programs.
  case notOfData(GuestPhysical)
  /// L2 maps nothing there.
  case notMapped(GuestVirtual)
  /// L2's physical page has never been backed.
  case notBacked(GuestPhysical)
  /// Nobody has frames left for a purpose.
  case outOfFrames(NestedTable)
  /// Nobody has frames left for the data of L2.
  case outOfPages
  /// An access stopped again and again.
  case unresolved(WalkFailure)
  /// A tree of tables refused an edit.
  case tables(TableError)
  /// The processor refused its registers.
  case registers(RegisterError)
  /// The machine has no room for its memory.
  case memory(MemoryError)
}

extension NestedError: CustomStringConvertible {
  /// The refusal as a sentence.
  public var description: String {
    switch self {
    case .levels(let levels): "\(levels) levels are refused: x86-64 has tables of 4 and of 5."
    case .pageBytes(let bytes):
      "Pages of \(bytes) bytes are refused: x86-64 has those of 4 KiB, 2 MiB and 1 GiB."
    case .populated(let populated, let entries):
      "\(populated) entries can't be there before: the way to the page has 0 to \(entries)."
    case .notOfProgram(let address): "\(address) is refused: it is no address of L2's programs."
    case .notOfData(let frame): "\(frame) is refused: it is no frame for the programs of L2."
    case .notMapped(let address): "\(address) is refused: L2 maps nothing there."
    case .notBacked(let page): "\(page) is refused: L2 has never used that page."
    case .outOfFrames(let table): "There are no frames left for \(table)."
    case .outOfPages: "There are no frames left for the data of L2."
    case .unresolved(let failure):
      "The access to \(failure.guestVirtual) stops again and again: \(failure.reason)."
    case .tables(let error): error.description
    case .registers(let error): error.description
    case .memory(let error): error.description
    }
  }
}
